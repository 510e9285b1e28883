import { describe, expect, it } from '@jest/globals';
import { type EndingCounts, foundOf, isPushProven, isPushSurge, pushedOf } from './push-proof.js';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 22) + minute * 60_000);
/** Endings of a day: so many of each cause, the last at that minute. */
const endings = (counts: Readonly<Record<string, readonly [number, number]>>): EndingCounts => ({
  from: at(0),
  of: new Map(Object.entries(counts).map(([cause, [count, minute]]) => [cause, { count, lastAt: at(minute) }])),
});

describe('whether push is proven', () => {
  it.each<[boolean, number, number, number]>([
    [false, 0, 0, 0],
    [false, 4, 0, 0],
    [true, 5, 0, 0],
    [false, 5, 1, 0],
    [true, 95, 5, 4],
    [false, 94, 6, 0],
    [false, 0, 1000, 1000],
    [false, 5, 1, 1], // 5 in the morning, none since
    [true, 1000, 40, 4],
    [false, 1000, 40, 5], // it has fallen silent, long before 5 % had to be found
  ])('%p for %p pushed and %p found, %p of them since the last push', (proven, pushed, found, foundSincePush) => {
    expect(isPushProven({ pushed, found, foundSincePush })).toBe(proven);
  });

  it('counts what the IdP tells by itself, and what is found by asking; nothing else', () => {
    const day = endings({
      ...{
        backchannel_logout: [3, 1],
        frontchannel_logout: [1, 9],
        idp_admin: [1, 2],
        global_token_revocation: [1, 2],
      },
      ...{ ssf_session_revoked: [2, 10], account_disabled: [1, 5], poll_session_ended: [4, 20] },
      ...{ rp_initiated: [100, 30], silent_check: [50, 30], operator: [3, 30], session_expired: [7, 30] },
    });
    expect(pushedOf(day)).toEqual({ count: 9, lastAt: at(10) });
    expect(foundOf(day)).toBe(4);
    expect(pushedOf(endings({}))).toEqual({ count: 0 });
  });

  it('a stream that can not be relied on proves nothing', () => {
    const day = endings({ ssf_session_revoked: [20, 10], account_disabled: [1, 11], backchannel_logout: [2, 3] });
    expect(pushedOf(day, false)).toEqual({ count: 2, lastAt: at(3) });
  });

  it.each<[boolean, number, number]>([
    [false, 50, 0],
    [true, 51, 0],
    [true, 51, 7_199], // 5 a minute
    [false, 69, 10_000], // 7 a minute
    [true, 70, 10_000],
  ])('%p: %p in a minute are unusual after %p in a day', (surges, lastMinute, pushed) => {
    expect(isPushSurge(lastMinute, endings({ backchannel_logout: [pushed, 1] }), at(1_440))).toBe(surges);
  });

  it('of a day that was not counted whole, the mean is that of what was counted', () => {
    const late: EndingCounts = { ...endings({ backchannel_logout: [10_000, 1_440] }), from: at(1_340) };
    expect(isPushSurge(1_000, late, at(1_440))).toBe(false); // 100 a minute
    expect(isPushSurge(1_001, late, at(1_440))).toBe(true);
  });
});
