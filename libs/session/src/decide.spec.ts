import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decide, mayConfirmAtOnce, type ProbeDecision, type ProbeProgress } from './decide.js';
import { confirmDelayMs } from './schedule.js';
import type { Verdict } from './verdict.js';

const NOW = new Date('2026-08-30T12:00:00Z');
const INTERVAL_MS = 900_000;
const FRESH: ProbeProgress = { weakEndedAt: undefined, unknownCount: 0 };
const WEAK: Verdict = { kind: 'ended', strength: 'weak' };
const ago = (ms: number) => new Date(NOW.getTime() - ms);

describe('a decision about a session', () => {
  it('keeps it when the IdP says active, and forgets what was said before', () => {
    const progress = { weakEndedAt: ago(12_000), unknownCount: 5 };
    expect(decide({ kind: 'active' }, progress, NOW, INTERVAL_MS, 0.5)).toEqual({
      kind: 'keep',
      dueAt: new Date(NOW.getTime() + INTERVAL_MS),
    });
  });

  it('ends it at once when the evidence is strong', () => {
    expect(decide({ kind: 'ended', strength: 'strong' }, FRESH, NOW, INTERVAL_MS, 0)).toEqual({
      kind: 'end',
      effectiveAt: NOW,
      strength: 'strong',
      probes: 1,
    });
  });

  it('asks again after 10 to 15 seconds when the evidence is weak', () => {
    expect(decide(WEAK, FRESH, NOW, INTERVAL_MS, 0)).toEqual({
      kind: 'confirm',
      dueAt: new Date(NOW.getTime() + 10_000),
      weakEndedAt: NOW,
    });
  });

  it('T135 ends it when weak evidence is confirmed, as of the first time it was given (EVT-04)', () => {
    expect(decide(WEAK, { weakEndedAt: ago(10_000), unknownCount: 0 }, NOW, INTERVAL_MS, 0)).toEqual({
      kind: 'end',
      effectiveAt: ago(10_000),
      strength: 'weak',
      probes: 2,
    });
  });

  it('does not take a second answer that comes too soon for a confirmation', () => {
    const decision = decide(WEAK, { weakEndedAt: ago(9_999), unknownCount: 0 }, NOW, INTERVAL_MS, 0);
    expect(decision).toMatchObject({ kind: 'confirm', weakEndedAt: ago(9_999) });
  });

  it('T149 begins anew when the clock was set back', () => {
    const decision = decide(WEAK, { weakEndedAt: ago(-3_600_000), unknownCount: 0 }, NOW, INTERVAL_MS, 0);
    expect(decision).toMatchObject({ kind: 'confirm', weakEndedAt: NOW });
  });

  it('only asks later when nobody knows, and counts how often that was', () => {
    const verdict: Verdict = { kind: 'unknown', reason: 'server', retryAfterS: 120 };
    expect(decide(verdict, { weakEndedAt: ago(20_000), unknownCount: 2 }, NOW, INTERVAL_MS, 0.5)).toEqual({
      kind: 'retry',
      reason: 'server',
      unknownCount: 3,
      dueAt: new Date(NOW.getTime() + 120_000),
    });
  });

  it('passes on that a silent sign-in must come first', () => {
    const verdict: Verdict = { kind: 'unknown', reason: 'grant_gone', reauth: 'tokens_gone' };
    expect(decide(verdict, FRESH, NOW, INTERVAL_MS, 0.5)).toMatchObject({ kind: 'retry', reauth: 'tokens_gone' });
  });

  it('POL-08: takes another method that says the same for a confirmation, its "active" for an answer, its silence for nothing', () => {
    const second = (verdict: Verdict) => decide(WEAK, FRESH, NOW, INTERVAL_MS, 0, verdict);
    expect(second(WEAK)).toEqual({ kind: 'end', effectiveAt: NOW, strength: 'weak', probes: 2 });
    expect(second({ kind: 'active' })).toMatchObject({ kind: 'keep' });
    expect(second({ kind: 'unknown', reason: 'no_token' })).toMatchObject({ kind: 'confirm', weakEndedAt: NOW });
  });

  it.each([
    ['nobody uses it', undefined, 3_600_000, undefined, true],
    ['used a minute ago', 60_000, 3_600_000, undefined, true],
    ['used just now: maybe in the middle of a sign-in', 59_999, 3_600_000, undefined, false],
    ['signed in just now', undefined, 59_999, undefined, false],
    ['it slept, and somebody has just come back', undefined, 3_600_000, 7_200_000, false],
  ])('asks the other method at once only in a quiet moment: %s', (_name, usedMs, openedMs, asleepMs, atOnce) => {
    const lastUsedAt = usedMs === undefined ? undefined : ago(usedMs);
    const asleepSince = asleepMs === undefined ? undefined : ago(asleepMs);
    expect(mayConfirmAtOnce({ openedAt: ago(openedMs), lastUsedAt, asleepSince }, NOW)).toBe(atOnce);
  });

  it.each([
    ['twice the interval', undefined, 2 * INTERVAL_MS],
    ['what the IdP asks for', 60, 60_000],
    ['an hour at most', 86_400, 3_600_000],
  ])('leaves an IdP that is asked too much in peace for %s', (_name, retryAfterS, delayMs) => {
    const verdict: Verdict = { kind: 'unknown', reason: 'throttled', retryAfterS };
    const { dueAt } = asRetry(decide(verdict, FRESH, NOW, INTERVAL_MS, 0));
    expect(dueAt.getTime() - NOW.getTime()).toBe(delayMs);
  });
});

describe('any course of verdicts', () => {
  const verdict: fc.Arbitrary<Verdict> = fc.oneof(
    { weight: 4, arbitrary: fc.constant(WEAK) },
    { weight: 1, arbitrary: fc.constant<Verdict>({ kind: 'active' }) },
    { weight: 1, arbitrary: fc.constantFrom<Verdict>({ kind: 'unknown', reason: 'server' }, unknownThrottled()) },
    { weight: 1, arbitrary: fc.constant<Verdict>({ kind: 'ended', strength: 'strong' }) },
  );
  const step = fc.record({
    verdict,
    gapMs: fc.oneof(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: -7_200_000, max: 7_200_000 })),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  });

  it('ends the session only by strong evidence, or by weak evidence twice with the delay and nothing else between', () => {
    const intervalMs = fc.constantFrom(1_000, 60_000, INTERVAL_MS);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), intervalMs, (steps, interval) => {
        let [progress, now] = [FRESH, NOW];
        let weakSince: Date[] = []; // the weak answers in a row, up to the present one
        for (const { verdict: said, gapMs, random } of steps) {
          now = new Date(now.getTime() + gapMs);
          weakSince = said.kind === 'ended' && said.strength === 'weak' ? [...weakSince, now] : [];
          const decision = decide(said, progress, now, interval, random);
          if (decision.kind === 'end') {
            expectJustified(decision, said, weakSince, now, interval);
            return;
          }
          expect(said).not.toMatchObject({ kind: 'ended', strength: 'strong' });
          expect(decision.dueAt.getTime()).toBeGreaterThan(now.getTime());
          progress = progressAfter(decision);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it('ends a session that is over in two answers, whatever was said before', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 10 }), (steps) => {
        let [progress, now] = [FRESH, NOW];
        const ask = (said: Verdict, gapMs: number, random: number): ProbeDecision => {
          now = new Date(now.getTime() + gapMs);
          const decision = decide(said, progress, now, INTERVAL_MS, random);
          progress = decision.kind === 'end' ? FRESH : progressAfter(decision);
          return decision;
        };
        for (const { verdict: said, gapMs, random } of steps) ask(said, gapMs, random);
        const decisions = [ask(WEAK, 900_000, 0.9), ask(WEAK, 15_000, 0.9)];
        expect(decisions.some(({ kind }) => kind === 'end')).toBe(true);
      }),
    );
  });
});

function unknownThrottled(): Verdict {
  return { kind: 'unknown', reason: 'throttled' };
}

/** What a poller writes down after a decision, for the next one. */
function progressAfter(decision: Exclude<ProbeDecision, { kind: 'end' }>): ProbeProgress {
  return {
    weakEndedAt: decision.kind === 'confirm' ? decision.weakEndedAt : undefined,
    unknownCount: decision.kind === 'retry' ? decision.unknownCount : 0,
  };
}

function expectJustified(
  decision: Extract<ProbeDecision, { kind: 'end' }>,
  said: Verdict,
  weakSince: readonly Date[],
  now: Date,
  intervalMs: number,
): void {
  expect(said).toEqual({ kind: 'ended', strength: decision.strength });
  if (decision.strength === 'strong') return;
  const first = weakSince.slice(0, -1).find((at) => at.getTime() === decision.effectiveAt.getTime());
  expect(first).toBeDefined();
  expect(now.getTime() - (first ?? now).getTime()).toBeGreaterThanOrEqual(confirmDelayMs(intervalMs, 0));
}

function asRetry(decision: ProbeDecision): Extract<ProbeDecision, { kind: 'retry' }> {
  if (decision.kind !== 'retry') throw new Error(`decided ${decision.kind}`);
  return decision;
}
