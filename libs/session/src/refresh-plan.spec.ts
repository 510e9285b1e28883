import { describe, expect, it } from '@jest/globals';
import type { RefreshState, SessionTokenSet } from './gateway-ports.js';
import { planRefresh } from './refresh-plan.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const LEASE_S = 15;
const idle: RefreshState = { kind: 'idle' };
const underWay = (sinceS: number): RefreshState => ({ kind: 'under_way', since: at(-sinceS) });
const ambiguous = (sinceS: number): RefreshState => ({ kind: 'ambiguous', since: at(-sinceS) });
const refused: RefreshState = { kind: 'refused', since: at(-5) };

/** Tokens that live for `lifeS` and have `leftS` of it left. */
function held(leftS: number, refresh: RefreshState, tokens: Partial<SessionTokenSet['tokens']> = {}, lifeS = 600) {
  const all = { idToken: 'i', accessToken: 'a', accessExpiresAt: at(leftS), refreshToken: 'r', ...tokens };
  return { tokens: all, since: at(leftS - lifeS), generation: 1, refresh };
}

const plan = (set: SessionTokenSet, refreshTokenStays = false) =>
  planRefresh(set, NOW, { leaseMs: LEASE_S * 1000, refreshTokenStays }).kind;

describe('how to come by an access token', () => {
  it.each<[name: string, set: SessionTokenSet, rotates: string, stays: string]>([
    ['a fresh one', held(300, idle), 'use', 'use'],
    ['a minute and a bit left of ten', held(61, idle), 'use', 'use'],
    ['its last minute', held(60, idle), 'use_and_refresh', 'use_and_refresh'],
    ['a fifth and a bit left of a short life', held(3, idle, {}, 10), 'use', 'use'],
    ['the last fifth of a short life', held(2, idle, {}, 10), 'use_and_refresh', 'use_and_refresh'],
    ['its last minute, no refresh token', held(30, idle, { refreshToken: undefined }), 'use', 'use'],
    ['its last minute, refused before', held(30, refused), 'use', 'use'],
    ['its last minute, somebody is at it', held(30, underWay(1)), 'use', 'use'],
    ['its last minute, an answer was lost just now', held(30, ambiguous(1)), 'use', 'use'],
    ['its last minute, an answer was lost long ago', held(30, ambiguous(15)), 'use', 'use_and_refresh'],
    ['its last minute, somebody was cut off', held(30, underWay(15)), 'use', 'use_and_refresh'],
    ['over', held(0, idle), 'refresh', 'refresh'],
    ['over, no refresh token', held(-1, idle, { refreshToken: undefined }), 'sign_in', 'sign_in'],
    ['over, the refresh token too', held(-1, idle, { refreshExpiresAt: at(0) }), 'sign_in', 'sign_in'],
    ['over, refused before', held(-1, refused), 'sign_in', 'sign_in'],
    ['over, somebody is at it', held(-1, underWay(14)), 'wait', 'wait'],
    ['over, somebody was cut off', held(-1, underWay(15)), 'sign_in', 'refresh'],
    ['T142: over, an answer was lost just now', held(-1, ambiguous(14)), 'sign_in', 'not_yet'],
    ['T142: over, an answer was lost long ago', held(-1, ambiguous(15)), 'sign_in', 'refresh'],
    ['none at all', held(300, idle, { accessToken: undefined }), 'refresh', 'refresh'],
    ['one whose end nobody knows', held(0, idle, { accessExpiresAt: undefined }), 'use', 'use'],
  ])('%s', (_name, set, rotates, stays) => {
    expect({ rotates: plan(set), stays: plan(set, true) }).toEqual({ rotates, stays });
  });

  it('keeps a minute where nobody wrote down when the tokens came', () => {
    expect(plan({ ...held(60, idle, {}, 10), since: undefined })).toBe('use_and_refresh');
    expect(plan({ ...held(61, idle, {}, 10), since: undefined })).toBe('use');
  });
});
