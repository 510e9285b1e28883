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
  'session_expiry',
]);

/**
 * Gives the person's claims.
 *
 * @param idToken verified when it came; it has been under our own encryption since
 */
export function claimsOfPerson(idToken: string): readonly UserClaim[] {
  return Object.entries(decodeJwt(idToken))
    .filter(([type]) => !OF_THE_TOKEN.has(type))
    .map(([type, value]) => ({ type, value }));
}

/**
 * Gives the session's claims, under the names that Duende BFF gives them, as JSON without brackets. It is put together here,
 * since it differs from one request to the next: JSON of objects takes three times as long.
 *
 * @param logoutPath of the front end
 */
export function claimsOfSession(session: BrowserSession, now: Date, logoutPath: string): string {
  const { sid, authTime, idpCheckedAt, expiresAt } = session.sso;
  const endsAt = Math.min(session.expiresAt.getTime(), expiresAt.getTime());
  const expiresInS = Math.max(0, Math.floor((endsAt - now.getTime()) / 1000));
  const authTimeClaim = authTime === undefined ? '' : `${claim('auth_time', Math.floor(authTime.getTime() / 1000))},`;
  return (
    `${claim('sid', `"${sid}"`)},${authTimeClaim}${claim('bff:session_expires_in', expiresInS)},` +
    `${claim('bff:idp_checked_at', `"${idpCheckedAt.toISOString()}"`)},` +
    claim('bff:logout_url', JSON.stringify(`${logoutPath}?sid=${sid}`))
  );
}

const claim = (type: string, json: string | number): string => `{"type":"${type}","value":${json}}`;
