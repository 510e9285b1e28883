import { decodeJwt, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { OidcError } from './errors.js';
import { isForOthersToo, verifySignedJwt } from './signed-jwt.js';
import { tokenTypeOf } from './token-type.js';

/** What a logout token must say to be meant for us. */
export interface ExpectedLogoutToken {
  readonly issuer: string;
  readonly clientId: string;
  readonly algorithm: string;
  readonly now: Date;
  /** `typ` must be `logout+jwt`; else it may be `JWT` or absent, as from IdPs older than that type */
  readonly requireType?: boolean;
  /** `exp` may be absent, as from IdPs older than the errata; `iat` must then be of the last two minutes */
  readonly allowNoExpiry?: boolean;
}

/** A verified logout token: at least one of `idpSid` and `sub`. */
export interface LogoutTokenClaims {
  readonly iss: string;
  readonly idpSid: string | undefined;
  readonly sub: string | undefined;
  readonly jti: string;
  readonly issuedAt: Date;
  /** from then on (and a minute for skew) the token verifies no more: its `exp`, at most 10 minutes after `issuedAt` */
  readonly expiresAt: Date;
}

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const SKEW_S = 60;
const OLDEST_S = 600;
const OLDEST_WITHOUT_EXP_S = 120;
const LONGEST = 512;
/** @see OIDC Core §2 */
const LONGEST_SUB = 255;

/**
 * Verifies a logout token. Whether its `jti` was seen before is for the caller, who has the memory.
 *
 * @throws OidcError `OIDC_LOGOUT_TOKEN_INVALID`; the message says which rule, never the token
 * @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation Back-Channel Logout 2.6}
 */
export async function verifyLogoutToken(
  token: string,
  keys: JWTVerifyGetKey,
  expected: ExpectedLogoutToken,
): Promise<LogoutTokenClaims> {
  const payload = await verifyJwt(token, keys, expected);
  const issuedAtS = payload.iat ?? 0;
  const nowS = expected.now.getTime() / 1000;
  const oldestS = payload.exp === undefined ? OLDEST_WITHOUT_EXP_S : OLDEST_S;
  if (issuedAtS > nowS + SKEW_S || issuedAtS < nowS - oldestS)
    throw invalid(`iat is not within the last ${oldestS / 60} minutes`);
  if (isForOthersToo(payload, expected.clientId)) throw invalid('aud names a client that we do not trust');
  const idpSid = identifier(payload.sid, 'sid', LONGEST);
  const sub = identifier(payload.sub, 'sub', LONGEST_SUB);
  if (idpSid === undefined && sub === undefined) throw invalid('neither sub nor sid');
  const events = payload.events;
  if (!isObject(events) || !isObject(events[EVENT])) throw invalid('events does not name a back-channel logout');
  if ('nonce' in payload) throw invalid('it has a nonce, so it may be an ID token');
  const jti = identifier(payload.jti, 'jti', LONGEST);
  if (jti === undefined) throw invalid('jti is missing');
  return {
    iss: expected.issuer,
    idpSid,
    sub,
    jti,
    issuedAt: new Date(issuedAtS * 1000),
    expiresAt: new Date(Math.min(payload.exp ?? Infinity, issuedAtS + oldestS) * 1000),
  };
}

/**
 * Says from whom and for whom a logout token claims to be. Nothing of it is verified: it only chooses whose keys and rules
 * {@link verifyLogoutToken} goes by. Undefined when it is no signed JWT.
 */
export function addresseeOf(
  token: string,
): { readonly iss: string; readonly audiences: readonly string[] } | undefined {
  try {
    const { iss, aud } = decodeJwt(token);
    const audiences = [aud].flat().filter((audience) => typeof audience === 'string');
    return typeof iss === 'string' ? { iss, audiences } : undefined;
  } catch {
    return undefined;
  }
}

function verifyJwt(token: string, keys: JWTVerifyGetKey, expected: ExpectedLogoutToken): Promise<JWTPayload> {
  const type = tokenTypeOf(token);
  const { issuer, clientId: audience, algorithm, now, requireType = false, allowNoExpiry = false } = expected;
  const isOld = !requireType && (type === undefined || type === 'jwt');
  if (type !== 'logout+jwt' && !isOld) throw invalid('its type is not logout+jwt');
  const required = ['iss', 'aud', 'iat', 'jti', 'events', ...(allowNoExpiry ? [] : ['exp'])];
  return verifySignedJwt(
    token,
    keys,
    { issuer, audience, algorithms: [algorithm], required, skewS: SKEW_S, now },
    invalid,
  );
}

function identifier(value: unknown, name: string, longest: number): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '' || value.length > longest || value.includes('\0'))
    throw invalid(`${name} must be 1 to ${longest} characters, none of them NUL`);
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(reason: string, cause?: unknown): OidcError {
  return new OidcError('OIDC_LOGOUT_TOKEN_INVALID', `the logout token was refused: ${reason}`, { cause });
}
