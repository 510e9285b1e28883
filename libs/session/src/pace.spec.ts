import { describe, expect, it } from '@jest/globals';
import { fullPace, type Pace, rampedUp, rateOf, refilled, shareOf, spent, throttled, waitMs } from './pace.js';

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 22) + seconds * 1000);
const start = fullPace(at(0));
const INTERVAL_MS = 900_000;

/** Takes every token there is, every 10 ms, and gives how many in each second. */
function eager(pace: Pace, fromS: number, seconds: number, fullPerS: number): readonly number[] {
  return Array.from({ length: seconds }, (_, second) => {
    let taken = 0;
    for (let tick = 0; tick < 100; tick += 1) {
      const now = at(fromS + second + tick / 100);
      pace = refilled(pace, now, fullPerS);
      if (waitMs(pace, now, fullPerS) > 0) continue;
      const tokens = Math.floor(pace.tokens);
      pace = spent(pace, tokens);
      taken += tokens;
    }
    return taken;
  });
}
const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0);

describe('the pace', () => {
  it.each([
    [20, 1, 20],
    [20, 4, 5],
    [20, 0, 20], // nobody else is known
  ])('shares %d a second among %d pollers', (maxPerS, pollers, share) => {
    expect(shareOf(maxPerS, pollers)).toBe(share);
  });

  it.each([0.5, 1, 20, 1000])('gives the configured rate of %d a second, and hardly more in any second', (perS) => {
    const seconds = eager(start, 0, 20, perS);
    expect(sum(seconds)).toBeGreaterThanOrEqual(Math.floor(0.95 * 20 * perS));
    expect(sum(seconds)).toBeLessThanOrEqual(20 * perS + 1);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(Math.max(1.25 * perS, perS + 1));
  });

  it('saves up no more than a quarter of a second’s tokens while nobody is due', () => {
    expect(refilled(start, at(3600), 20).tokens).toBe(5);
    expect(refilled(start, at(3600), 0.1).tokens).toBe(1);
  });

  it('says how long until the next token', () => {
    expect(waitMs(spent(start, 1), at(0), 4)).toBe(250);
    expect(waitMs(start, at(0), 4)).toBe(0);
  });

  it('a token that was not used is put back', () => {
    expect(spent(spent(start, 1), -1).tokens).toBe(1);
  });

  it.each([
    ['what the IdP asked for', 120, 120],
    ['an hour at most', 86_400, 3600],
    ['twice the interval, when it did not say', undefined, 1800],
  ])('429: the whole IdP rests for %s', (_name, retryAfterS, restS) => {
    const pace = throttled(start, at(0), retryAfterS, INTERVAL_MS);
    expect(waitMs(pace, at(0), 20)).toBe(restS * 1000);
    expect(waitMs(pace, at(restS), 20)).toBe(0);
  });

  it('429: then it is asked half as fast, and whole again after three minutes', () => {
    const pace = throttled(start, at(0), 60, INTERVAL_MS);
    expect(rateOf(pace, at(60), 20)).toBe(10);
    expect(rateOf(pace, at(60 + 90), 20)).toBeCloseTo(14.1, 1);
    expect(rateOf(pace, at(60 + 180), 20)).toBe(20);
    expect(refilled(pace, at(60 + 180), 20).slowed).toBeUndefined();
  });

  it('429: the rate that was refused comes back slowly, and what lies beyond it each minute', () => {
    const once = throttled(start, at(0), 60, INTERVAL_MS);
    const twice = throttled(once, at(60), 60, INTERVAL_MS);
    const rates = [120, 210, 300, 360].map((seconds) => rateOf(twice, at(seconds), 20));
    expect(rates.map((rate) => Math.round(rate))).toEqual([5, 7, 10, 20]);
  });

  it('a storm of 429 that has passed is forgotten within ten minutes', () => {
    let pace = start;
    for (let nth = 0; nth < 100; nth += 1) pace = throttled(pace, at(nth * 11), 10, INTERVAL_MS);
    expect(rateOf(pace, at(1100 + 600), 20)).toBe(20);
  });

  it('429 by all that were under way halves the rate once', () => {
    let pace = start;
    for (let nth = 0; nth < 16; nth += 1) pace = throttled(pace, at(nth / 100), 60, INTERVAL_MS);
    expect(rateOf(pace, at(61), 20)).toBeCloseTo(10, 1);
  });

  it('429 again and again: slower each time, and never not at all', () => {
    let pace = start;
    for (let nth = 0; nth < 20; nth += 1) pace = throttled(pace, at(nth * 61), 60, INTERVAL_MS);
    expect(rateOf(pace, at(20 * 61), 20)).toBeGreaterThan(0.1);
    expect(rateOf(pace, at(20 * 61), 20)).toBeLessThan(1);
  });

  it('a clock that is put back lets nobody rest for longer than an hour', () => {
    const pace = throttled(start, at(0), 3600, INTERVAL_MS);
    expect(waitMs(pace, at(-7200), 20)).toBe(0);
    expect(refilled(pace, at(-7200), 20).tokens).toBeGreaterThanOrEqual(0);
  });

  it('T151: an IdP that is back is asked at a tenth of the rate at first, twice that after each minute', () => {
    const pace = rampedUp(start, at(0));
    expect([0, 60, 120, 180, 240].map((seconds) => Math.round(rateOf(pace, at(seconds), 100)))).toEqual([
      10, 20, 40, 80, 100,
    ]);
    const seconds = eager(pace, 0, 10, 100);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(15);
    expect(sum(seconds)).toBeGreaterThanOrEqual(95);
  });
});
