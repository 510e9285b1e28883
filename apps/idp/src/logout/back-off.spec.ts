import { describe, expect, it } from '@jest/globals';
import { nextAttempt } from './back-off.js';

const now = new Date('2030-01-01T00:00:00Z');
const DAYS_S = 86_400;
const delayMs = (attempts: number, random: number) =>
  nextAttempt({ attempts, now, since: now, giveUpS: 3 * DAYS_S }, random)!.getTime() - now.getTime();

describe('the next attempt at a client that could not be told', () => {
  it.each([
    [1, 1],
    [2, 5],
    [3, 30],
    [4, 120],
    [5, 600],
    [6, 1_800],
    [60, 1_800],
  ])('comes, after %i that failed, about %i s later', (attempts, seconds) => {
    expect(delayMs(attempts, 0.5)).toBeCloseTo(seconds * 1000);
    expect(delayMs(attempts, 0)).toBeCloseTo(seconds * 900);
    expect(delayMs(attempts, 0.999)).toBeLessThan(seconds * 1100);
  });

  it('is the last one when the time is over, and then there is none', () => {
    const since = new Date(now.getTime() - 3 * DAYS_S * 1000 + 500);
    expect(nextAttempt({ attempts: 9, now, since, giveUpS: 3 * DAYS_S }, 0.5)).toEqual(new Date(now.getTime() + 500));
    const over = new Date(now.getTime() - 3 * DAYS_S * 1000);
    expect(nextAttempt({ attempts: 9, now, since: over, giveUpS: 3 * DAYS_S }, 0.5)).toBeUndefined();
  });
});
