import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { contractExamples, decodeSessionEnded, type Receipt } from '#session';
import { TestClock } from '../../../test/support/clock.js';
import { SessionEndedController } from './session-ended.controller.js';

beforeEach(() => {
  Logger.overrideLogger(false);
});
afterEach(() => {
  Logger.overrideLogger(undefined as never);
});

it('a receipt names the moment at which the ending was applied, not the one at which it came', async () => {
  const [clock, sent] = [new TestClock(), [] as Receipt[]];
  const cameAt = clock.now();
  const applyEnded = () => {
    clock.advance(30); // its database takes its time
    return Promise.resolve(1);
  };
  const message = contractExamples().ofSession;
  const controller = new SessionEndedController(
    { sessions: { applyEnded } } as never,
    clock,
    { service: 'notes', trustedIssuer: decodeSessionEnded(message).iss } as never,
    { hear: () => undefined } as never,
    { send: (receipt: Receipt) => Promise.resolve(void sent.push(receipt)) } as never,
  );
  await controller.onSessionEnded(message);
  expect(sent.map(({ appliedAt }) => appliedAt.getTime() - cameAt.getTime())).toEqual([30]);
});
