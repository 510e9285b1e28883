import { describe, expect, it } from '@jest/globals';
import { backOffMs, pollDelayMs } from './poll-pace.js';

describe('the pace of polls', () => {
  it.each<[string, Parameters<typeof pollDelayMs>[0], number]>([
    ['tokens that came are acknowledged at once', { settled: 3, streak: 1, elapsedMs: 5 }, 0],
    ['T197: tokens without end get a rest', { settled: 3, streak: 20, elapsedMs: 5 }, 1_000],
    ['an empty answer at once is followed by a rest', { settled: 0, streak: 0, elapsedMs: 5 }, 14_995],
    ['an answer that was held back for long is not', { settled: 0, streak: 0, elapsedMs: 20_000 }, 0],
  ])('%s', (_name, round, expected) => {
    expect(pollDelayMs(round, 15_000)).toBe(expected);
  });

  it.each<[number, number, number | undefined, number]>([
    [1, 0, undefined, 1_000],
    [1, 1, undefined, 2_000],
    [4, 1, undefined, 16_000],
    [50, 1, undefined, 300_000],
    [1, 0, 120, 120_000],
    [1, 0, 1e9, 3_600_000],
  ])('T197: after %d failures, by chance %d, Retry-After %p: %d ms', (failures, random, retryAfterS, expected) => {
    expect(backOffMs(failures, 15_000, random, retryAfterS)).toBe(expected);
  });
});
