import { describe, expect, it } from '@jest/globals';
import { expiryCause, sessionTtlS } from './session-lifetime.js';

const LIMITS = { SESSION_IDLE_S: 1_000, SESSION_ABSOLUTE_S: 5_000 };
const NOW_S = 1_900_000_000;
const now = new Date(NOW_S * 1000 + 250);

describe('the life of a session', () => {
  it.each([
    ['just opened', { loginTs: NOW_S }, true, 1_000],
    ['used later on', { loginTs: NOW_S - 3_000, exp: NOW_S + 10 }, true, 1_000],
    ['used near its absolute end', { loginTs: NOW_S - 4_700, exp: NOW_S + 10 }, true, 300],
    ['not used, only asked whether to sign out', { loginTs: NOW_S - 3_000, exp: NOW_S + 10 }, false, 10],
    ['over while it was being used', { loginTs: NOW_S - 5_001, exp: NOW_S - 1 }, true, 1],
    ["nobody's", {}, true, 600],
  ])('that is %s', (_what, session, isUse, seconds) => {
    expect(sessionTtlS(LIMITS, session, now, isUse)).toBe(seconds);
  });

  it.each([
    [1_000, 'idle_expired'],
    [4_999, 'idle_expired'],
    [5_000, 'absolute_expired'],
    [5_000.5, 'absolute_expired'],
  ])('that ended %d s after the sign-in ended because of %s', (seconds, cause) => {
    expect(expiryCause(LIMITS, { loginTs: NOW_S, expiresAt: new Date((NOW_S + seconds) * 1000) })).toBe(cause);
  });
});
