import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { parseSid, type UnknownReason } from '#session';
import { TestClock } from '../../../../test/support/clock.js';
import { ProbeLog } from './probe-log.js';

const MINUTE_MS = 60_000;
const lines: string[] = [];
const say = (line: string): void => void lines.push(line);
const count = (text: string) => lines.filter((line) => line.includes(text)).length;

describe('what the poller says of an IdP that is up to something', () => {
  let clock: TestClock;
  let log: ProbeLog;
  const hear = (reason: UnknownReason, detail?: string) => {
    const sid = parseSid(randomUUID())!;
    log.unknown('introspect', sid, { kind: 'unknown', reason, detail }, 1);
  };
  beforeAll(() => {
    Logger.overrideLogger({ log: say, warn: say, error: say });
  });
  afterAll(() => {
    Logger.overrideLogger(false);
  });
  beforeEach(() => {
    lines.length = 0;
    clock = new TestClock();
    log = new ProbeLog('main', clock);
  });

  it('is one line for one cause, again after five minutes', () => {
    for (let n = 0; n < 50; n += 1) hear('config', 'invalid_client');
    expect(count('probe.alarm')).toBe(1);
    clock.advance(5 * MINUTE_MS);
    hear('config', 'invalid_client');
    expect(count('probe.alarm')).toBe(2);
  });

  it('is no flood when each answer has another error, or is of another person', () => {
    const startedAt = performance.now();
    for (let n = 0; n < 20_000; n += 1) {
      hear('config', `error_${n}`);
      hear('mismatch');
    }
    expect(lines.length).toBeLessThanOrEqual(101);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it('leaves room for what else is to be said', () => {
    for (let n = 0; n < 1_000; n += 1) hear('mismatch');
    hear('endpoint');
    hear('unreachable', 'econnrefused');
    log.held();
    log.doubted('introspect');
    for (const event of ['reason=endpoint', 'econnrefused', 'brake.held', 'calibration.doubted'])
      expect(count(event)).toBe(1);
  });

  it('is said again when the clock was put back meanwhile', () => {
    clock.advance(400 * 24 * 60 * MINUTE_MS);
    log.held();
    clock.advance(-400 * 24 * 60 * MINUTE_MS);
    log.held();
    expect(count('brake.held')).toBe(2);
  });
});
