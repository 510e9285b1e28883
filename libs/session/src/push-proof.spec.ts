import { describe, expect, it } from '@jest/globals';
import { isPushProven } from './push-proof.js';

describe('whether push is proven', () => {
  it.each<[boolean, Readonly<Record<string, number>>]>([
    [false, {}],
    [false, { backchannel_logout: 4 }],
    [true, { backchannel_logout: 5 }],
    [true, { backchannel_logout: 2, frontchannel_logout: 1, ssf_session_revoked: 1, idp_admin: 1 }],
    [true, { backchannel_logout: 95, poll_session_ended: 5 }],
    [false, { backchannel_logout: 94, poll_session_ended: 6 }],
    [false, { backchannel_logout: 5, poll_session_ended: 1 }],
    [false, { rp_initiated: 1000, silent_check: 50, operator: 3 }],
    [true, { rp_initiated: 1000, backchannel_logout: 20 }],
    [false, { poll_session_ended: 1000 }],
  ])('%p for %p', (proven, endings) => {
    expect(isPushProven(new Map(Object.entries(endings)))).toBe(proven);
  });
});
