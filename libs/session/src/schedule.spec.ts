import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  confirmDelayMs,
  firstProbeDelayMs,
  isUnknownTooLong,
  mayFallAsleep,
  nextProbeDelayMs,
  retryDelayMs,
  sessionIntervalMs,
  throttleDelayMs,
} from './schedule.js';

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

const NOW = new Date('2026-11-22T12:00:00Z');
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);

describe('how often a session is asked about', () => {
  it.each<[string, number, number, boolean, number | undefined, number]>([
    // interval, least, push proven, used s ago, then every s
    ['awake', 900, 60, false, 1000, 900],
    ['with no browser left on it', 900, 60, false, undefined, 900],
    ['in use', 900, 60, false, 899, 450],
    ['in use, at an IdP that stands no more', 900, 900, false, 10, 900],
    ['in use, with little room', 900, 600, false, 10, 600],
    ['awake, push proven', 900, 60, true, 3600, 3600],
    ['in use, push proven', 900, 60, true, 3599, 1800],
    ['unsafely often', 2, 60, false, 1, 2],
    ['unsafely often, push proven', 2, 60, true, 100, 8],
  ])('%s', (_name, intervalS, leastS, pushProven, usedS, everyS) => {
    const rhythm = { intervalMs: intervalS * 1000, leastMs: leastS * 1000, pushProven };
    expect(sessionIntervalMs(rhythm, usedS === undefined ? undefined : ago(usedS), NOW)).toBe(everyS * 1000);
  });

  const awake = {
    ...{ openedAt: ago(9999), lastUsedAt: ago(10), asleepSince: undefined, weakEndedAt: undefined },
    ...{ idpCheckedAt: ago(900), unknownSince: undefined },
  };
  it.each<[string, Partial<typeof awake> | Readonly<Record<string, Date | undefined>>, boolean]>([
    ['used lately', {}, false],
    ['used just within the time', { lastUsedAt: ago(3599) }, false],
    ['not used for so long', { lastUsedAt: ago(3600) }, true],
    ['opened lately, with no browser left', { lastUsedAt: undefined, openedAt: ago(100) }, false],
    ['opened long ago, with no browser left', { lastUsedAt: undefined }, true],
    ['woken: somebody waits', { lastUsedAt: ago(7200), asleepSince: ago(3600) }, false],
    ['between a weak "ended" and its confirmation', { lastUsedAt: ago(7200), weakEndedAt: ago(12) }, false],
  ])('a session that is %s may sleep or not', (_name, changes, sleeps) => {
    expect(mayFallAsleep({ ...awake, ...changes }, NOW, 3_600_000)).toBe(sleeps);
  });

  it.each<[string, Date | undefined, number | undefined, boolean]>([
    ['known', undefined, 3_600_000, false],
    ['unknown for a minute', ago(60), 3_600_000, false],
    ['unknown for longer than the limit', ago(3601), 3_600_000, true],
    ['unknown for ever, without a limit', ago(999_999), undefined, false],
  ])('POL-12: a session that is %s', (_name, unknownSince, limitMs, tooLong) => {
    expect(isUnknownTooLong({ ...awake, unknownSince }, NOW, limitMs)).toBe(tooLong);
  });
});
