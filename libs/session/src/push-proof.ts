import type { Cause } from './ending.js';

/** How many sessions of one issuer have ended lately, by cause. */
export type EndingCounts = ReadonlyMap<string, number>;

/** The causes that an IdP tells by itself. */
const PUSHED: readonly Cause[] = [
  'backchannel_logout',
  'frontchannel_logout',
  'ssf_session_revoked',
  'idp_admin',
  'global_token_revocation',
];
const FOUND_BY_ASKING: Cause = 'poll_session_ended';
const LEAST_PUSHED = 5;
const MOST_FOUND = 0.05;

/**
 * Judges from the endings of the last 24 hours whether an issuer tells them by itself: at least 5 were pushed, and of
 * those and the ones found by asking at most 5 % had to be found. Sessions that were signed out here say nothing.
 */
export function isPushProven(endings: EndingCounts): boolean {
  const pushed = PUSHED.reduce((sum, cause) => sum + (endings.get(cause) ?? 0), 0);
  const found = endings.get(FOUND_BY_ASKING) ?? 0;
  return pushed >= LEAST_PUSHED && found <= MOST_FOUND * (pushed + found);
}
