import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { confirmDelayMs, firstProbeDelayMs, nextProbeDelayMs, retryDelayMs, throttleDelayMs } from './schedule.js';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const intervalMs = fc.integer({ min: 1_000, max: 7 * 24 * 3_600_000 });
const retryAfterS = fc.option(fc.oneof(fc.nat(), fc.constant(Infinity)), { nil: undefined });
const HOUR_MS = 3_600_000;

describe('the schedule', () => {
  it.each([
    [0, 720_000],
    [0.5, 900_000],
    [0.999_999, 1_080_000],
  ])('asks about an active session after the interval ± 20 %% (chance %d)', (chance, delayMs) => {
    expect(nextProbeDelayMs(900_000, chance)).toBeCloseTo(delayMs, -1);
  });

  it('asks a first time within a minute of the sign-in (POL-04), and never later than the interval', () => {
    fc.assert(
      fc.property(intervalMs, random, (interval, chance) => {
        const delayMs = firstProbeDelayMs(interval, chance);
        expect(delayMs).toBeGreaterThan(0);
        expect(delayMs).toBeLessThanOrEqual(Math.min(60_000, interval));
      }),
    );
  });

  it('confirms weak evidence after 10 to 15 seconds, unless the interval is unsafely short', () => {
    fc.assert(
      fc.property(intervalMs, random, (interval, chance) => {
        const delayMs = confirmDelayMs(interval, chance);
        if (interval >= 30_000) expect(delayMs).toBeGreaterThanOrEqual(10_000);
        expect(delayMs).toBeGreaterThanOrEqual(Math.min(10_000, interval / 2));
        expect(delayMs).toBeLessThanOrEqual(Math.min(15_000, interval / 2));
      }),
    );
  });

  it('keeps the delays of retries within their bounds, and never waits less than the IdP asked for', () => {
    const attempt = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 1_000_000 }));
    fc.assert(
      fc.property(attempt, intervalMs, random, retryAfterS, (nth, interval, chance, asked) => {
        const delayMs = retryDelayMs(nth, interval, chance, asked);
        const askedMs = Math.min((asked ?? 0) * 1000, HOUR_MS);
        const longestMs = nth <= 3 ? Math.min(5_000 * 2 ** nth, interval) : 1.2 * interval;
        expect(delayMs).toBeGreaterThanOrEqual(Math.max(askedMs, 0.1 * Math.min(5_000, interval)));
        expect(delayMs).toBeLessThanOrEqual(Math.max(askedMs, longestMs));
      }),
    );
  });

  it('retries three times within a cycle, then waits for the next', () => {
    expect([1, 2, 3].map((nth) => retryDelayMs(nth, 900_000, 0.999_999, undefined))).toEqual([
      expect.closeTo(10_000, -1),
      expect.closeTo(20_000, -1),
      expect.closeTo(40_000, -1),
    ]);
    expect(retryDelayMs(4, 900_000, 0, undefined)).toBe(720_000);
  });

  it('slows down for an IdP that is asked too much, and never speeds up by it', () => {
    fc.assert(
      fc.property(intervalMs, random, retryAfterS, (interval, chance, asked) => {
        const delayMs = throttleDelayMs(interval, chance, asked);
        const leastMs = asked === undefined ? interval : Math.min(asked * 1000, HOUR_MS);
        expect(delayMs).toBeGreaterThanOrEqual(leastMs);
        expect(delayMs).toBeLessThanOrEqual(1.2 * Math.max(HOUR_MS, interval));
      }),
    );
  });
});
