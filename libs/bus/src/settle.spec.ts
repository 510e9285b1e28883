import { describe, expect, it } from '@jest/globals';
import { settle } from './settle.js';

describe('a delivery that failed', () => {
  it.each([
    [1, 1_000],
    [2, 5_000],
    [3, 30_000],
    [4, 120_000],
    [5, 600_000],
    [6, 600_000],
    [1_000_000, 600_000],
  ])('T163 for a passing reason, at attempt %d, comes again after %d ms', (attempt, delayMs) => {
    expect(settle('transient', attempt)).toEqual({ kind: 'later', delayMs });
  });

  it.each([1, 7])('T164 that can never be read goes to the dead letters at once, at attempt %d', (attempt) => {
    expect(settle('poison', attempt)).toEqual({ kind: 'dead_letter' });
  });

  it.each([0, -1, Number.NaN])('is not given up when the broker counts strangely: %d', (attempt) => {
    expect(settle('transient', attempt)).toEqual({ kind: 'later', delayMs: 1_000 });
  });
});
