import { describe, expect, it } from '@jest/globals';
import { renewInMs } from './renew-in.js';

describe('when to renew an access token', () => {
  it.each([
    ['an hour', 3_600_000, 3_540_000],
    ['five minutes', 300_000, 240_000],
    ['two minutes', 120_000, 60_000],
    ['ten seconds', 10_000, 5_000],
    ['no time', 0, 1_000],
    ['less than no time', -60_000, 1_000],
    ['next to no time', 0.001, 1_000],
    ['for ever', Infinity, 2 ** 31 - 1],
    ['longer than a timer can count', 1e12, 2 ** 31 - 1],
  ])('that lasts %s', (_name, lastsMs, inMs) => {
    expect(renewInMs(lastsMs, 0)).toBe(inMs);
  });

  it('is spread by chance, never later', () => {
    expect(renewInMs(300_000, 1)).toBe(228_000);
    expect(renewInMs(Infinity, 1)).toBe((2 ** 31 - 1) * 0.95);
    expect(renewInMs(0, 1)).toBe(1_000);
  });
});
