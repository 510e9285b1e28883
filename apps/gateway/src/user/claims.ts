import { decodeJwt } from 'jose';
import type { BrowserSession } from '#session';

/** One fact about the person or the session. */
export interface UserClaim {
  readonly type: string;
  readonly value: unknown;
}

/** What an ID token says of itself, not of the person. */
const OF_THE_TOKEN = new Set([
  'iss',
  'aud',
  'azp',
  'exp',
  'iat',
  'nbf',
  'jti',
  'nonce',
  'at_hash',
  'c_hash',
  's_hash',
  'rt_hash',
  'sid',
  'auth_time',
]);

/**
 * Gives the person's claims and the session's, under the names that Duende BFF gives them.
 *
 * @param idToken verified when it came; it has been under our own encryption since
 */
export function claimsOf(idToken: string, session: BrowserSession, now: Date): readonly UserClaim[] {
  const ofThePerson = Object.entries(decodeJwt(idToken))
    .filter(([type]) => !OF_THE_TOKEN.has(type))
    .map(([type, value]) => ({ type, value }));
  const { sid, authTime, idpCheckedAt, expiresAt } = session.sso;
  const endsAt = Math.min(session.expiresAt.getTime(), expiresAt.getTime());
  return [
    ...ofThePerson,
    { type: 'sid', value: sid },
    ...(authTime === undefined ? [] : [{ type: 'auth_time', value: Math.floor(authTime.getTime() / 1000) }]),
    { type: 'bff:session_expires_in', value: Math.max(0, Math.floor((endsAt - now.getTime()) / 1000)) },
    { type: 'bff:idp_checked_at', value: idpCheckedAt.toISOString() },
    { type: 'bff:logout_url', value: `/bff/logout?sid=${sid}` },
  ];
}
