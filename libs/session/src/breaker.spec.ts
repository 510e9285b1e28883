import { describe, expect, it } from '@jest/globals';
import { admitted, type Breaker, breakerAfter, breakerRules, closedBreaker } from './breaker.js';
import type { UnknownReason, Verdict } from './verdict.js';

const rules = breakerRules(900_000);
const at = (seconds: number) => new Date(Date.UTC(2026, 10, 22) + seconds * 1000);
const active: Verdict = { kind: 'active' };
const ended: Verdict = { kind: 'ended', strength: 'weak' };
const unknown = (reason: UnknownReason): Verdict => ({ kind: 'unknown', reason });
/** Hears one verdict a second. */
const after = (verdicts: readonly Verdict[], from: Breaker = closedBreaker, startS = 0) =>
  verdicts.reduce((breaker, verdict, n) => breakerAfter(breaker, verdict, at(startS + n), rules), from);
const times = (count: number, ...verdicts: readonly Verdict[]) => Array.from({ length: count }, () => verdicts).flat();
const openFor = (breaker: Breaker) => (breaker.kind === 'open' ? breaker.forMs / 1000 : undefined);

describe('the breaker', () => {
  it.each<[UnknownReason, number]>([
    ['unreachable', 30],
    ['server', 30],
    ['endpoint', 30],
    ['refresh_ambiguous', 30],
    ['config', 300],
  ])('opens after five %s in a row, not after four, for %d seconds', (reason, seconds) => {
    expect(after(times(4, unknown(reason))).kind).toBe('closed');
    expect(openFor(after(times(5, unknown(reason))))).toBe(seconds);
  });

  it.each<UnknownReason>(['throttled', 'no_token', 'internal', 'malformed', 'redirect', 'mismatch', 'token_expired'])(
    'stays closed however many answers are %s',
    (reason) => {
      expect(after(times(100, unknown(reason))).kind).toBe('closed');
    },
  );

  it('opens when more than half of twenty answers in a minute failed, though never five in a row', () => {
    expect(after(times(10, unknown('server'), active)).kind).toBe('closed'); // half
    const worse = [...times(8, unknown('server'), active), ...times(2, unknown('server'), unknown('server'))];
    expect(after(worse.slice(0, 19)).kind).toBe('closed'); // too few to tell
    expect(after(worse).kind).toBe('open');
  });

  it('forgets failures after a minute', () => {
    const lately = after(times(12, unknown('server'), unknown('server'), active).slice(0, 18));
    expect(after(times(7, active, unknown('server'), unknown('server')), lately, 200).kind).toBe('open');
    expect(after(times(6, active, unknown('server')), lately, 200).kind).toBe('closed');
  });

  it('one odd session among those that answer never opens it', () => {
    expect(after(times(50, active, unknown('config'), active)).kind).toBe('closed');
  });

  it('asks about nobody while open, about one when half open', () => {
    const open = after(times(5, unknown('server')));
    expect([5, 33.9, 34].map((seconds) => admitted(open, at(seconds)))).toEqual(['none', 'none', 'one']);
  });

  it('a clock that is put back an hour does not keep it open for an hour', () => {
    expect(admitted(after(times(5, unknown('server'))), at(-3600))).toBe('one');
  });

  it('takes no notice, while open, of answers to what was asked before', () => {
    const open = after(times(5, unknown('server')));
    expect(after([active, unknown('server')], open, 5)).toBe(open);
  });

  it('is open for twice as long after each failure, at most five minutes', () => {
    let breaker = after(times(5, unknown('server')));
    const seconds = [34, 94, 214, 454, 754].map((atS) => {
      breaker = breakerAfter(breaker, unknown('unreachable'), at(atS), rules);
      return openFor(breaker);
    });
    expect(seconds).toEqual([60, 120, 240, 300, 300]);
  });

  it.each<[string, Verdict, Breaker['kind']]>([
    ['active', active, 'closed'],
    ['ended', ended, 'closed'],
    ['unknown (token_expired)', unknown('token_expired'), 'closed'],
    ['unknown (malformed): perhaps a page that says "closed for repairs"', unknown('malformed'), 'open'],
    ['unknown (redirect)', unknown('redirect'), 'open'],
    ['unknown (no_token): it was not asked', unknown('no_token'), 'open'],
    ['unknown (throttled)', unknown('throttled'), 'open'],
  ])('half open, after %s', (_name, verdict, kind) => {
    expect(breakerAfter(after(times(5, unknown('server'))), verdict, at(40), rules).kind).toBe(kind);
  });

  it('what says nothing of the IdP leaves it half open: the next may be asked at once', () => {
    const half = breakerAfter(after(times(5, unknown('server'))), unknown('no_token'), at(40), rules);
    expect(admitted(half, at(40))).toBe('one');
  });

  it('with an unsafe interval it rests for no longer than that interval, growing to ten', () => {
    expect(breakerRules(400)).toEqual({ openMs: 400, longestMs: 4_000 });
  });
});
