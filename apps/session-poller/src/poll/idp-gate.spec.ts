import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { UnknownReason, Verdict } from '#session';
import { IdpGate } from './idp-gate.js';

Logger.overrideLogger(false);

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 22) + seconds * 1000);
const ended: Verdict = { kind: 'ended', strength: 'weak' };
const active: Verdict = { kind: 'active' };
const unknown = (reason: UnknownReason): Verdict => ({ kind: 'unknown', reason });
const RESTING = unknown('resting');

function gateWith(pollers: () => number = () => 1): IdpGate {
  return new IdpGate({ name: 'main', method: 'introspect', intervalMs: 900_000, maxPerS: 20, pollers }, at(0));
}
function openGate(): IdpGate {
  const gate = gateWith();
  for (let nth = 0; nth < 5; nth += 1) gate.hear(unknown('server'), at(0));
  return gate;
}

describe('POL-10: the gate to an IdP', () => {
  it('closed, lets every verdict count', () => {
    const gate = gateWith();
    for (const verdict of [ended, active, unknown('server')]) expect(gate.hear(verdict, at(0))).toBe(verdict);
  });

  it('open, lets no "ended" count: it neither begins nor confirms anything', () => {
    const gate = openGate();
    expect(gate.allowance(at(10))).toEqual({ kind: 'rest', ms: 20_000, because: 'open' });
    expect(gate.hear(ended, at(10))).toEqual(RESTING); // asked before it opened
    expect(gate.hear(unknown('unreachable'), at(10))).toEqual(unknown('unreachable'));
  });

  it('half open, asks about one; its "ended" closes the breaker and does not count, the next one does', () => {
    const gate = openGate();
    expect(gate.allowance(at(30))).toEqual({ kind: 'one' });
    expect(gate.hear(ended, at(31))).toEqual(RESTING);
    expect(gate.isClosed).toBe(true);
    expect(gate.hear(ended, at(32))).toBe(ended);
  });

  it('half open, a session that is active is active', () => {
    expect(openGate().hear(active, at(31))).toBe(active);
  });

  it('permits the tokens at hand, shared among the pollers that run', () => {
    let pollers = 1;
    const gate = gateWith(() => pollers);
    expect(gate.allowance(at(60))).toEqual({ kind: 'some', limit: 5 });
    gate.take(5);
    expect(gate.allowance(at(60))).toEqual({ kind: 'rest', ms: 50, because: 'pace' });
    pollers = 4;
    expect(gate.allowance(at(60))).toEqual({ kind: 'rest', ms: 200, because: 'pace' });
  });

  it('is slow at first after an outage', () => {
    const gate = openGate();
    gate.hear(active, at(31));
    gate.take(1);
    expect(gate.allowance(at(31))).toEqual({ kind: 'rest', ms: expect.closeTo(500, 0), because: 'pace' });
  });

  it('429 without Retry-After: nobody is asked about for twice the interval', () => {
    const gate = gateWith();
    gate.hear(unknown('throttled'), at(0));
    expect(gate.allowance(at(0))).toEqual({ kind: 'rest', ms: 1_800_000, because: 'pace' });
    expect(gate.isClosed).toBe(true);
  });
});
