import { type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { isRefusal, OidcError } from './errors.js';
import { tokenTypeOf } from './token-type.js';

/** What a logout token must say to be meant for us. */
export interface ExpectedLogoutToken {
  readonly issuer: string;
  readonly clientId: string;
  readonly algorithm: string;
  readonly now: Date;
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
  const payload = await verifySignature(token, keys, expected);
  const issuedAtS = payload.iat ?? 0;
  const nowS = expected.now.getTime() / 1000;
  if (issuedAtS > nowS + SKEW_S || issuedAtS < nowS - OLDEST_S) throw invalid('iat is not within the last 10 minutes');
  if (Array.isArray(payload.aud) && payload.aud.some((audience) => audience !== expected.clientId))
    throw invalid('aud names a client that we do not trust');
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
    expiresAt: new Date(Math.min(payload.exp ?? 0, issuedAtS + OLDEST_S) * 1000),
  };
}

async function verifySignature(
  token: string,
  keys: JWTVerifyGetKey,
  expected: ExpectedLogoutToken,
): Promise<JWTPayload> {
  try {
    const type = tokenTypeOf(token);
    if (type !== undefined && type !== 'logout+jwt' && type !== 'jwt') throw invalid(`its type is not logout+jwt`);
    const { payload } = await jwtVerify(token, keys, {
      issuer: expected.issuer,
      audience: expected.clientId,
      algorithms: [expected.algorithm],
      clockTolerance: SKEW_S,
      currentDate: expected.now,
      requiredClaims: ['iss', 'aud', 'iat', 'exp', 'jti', 'events'],
    });
    return payload;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw invalid(error instanceof Error ? error.message : 'it could not be verified', error);
  }
}

function identifier(value: unknown, name: string, longest: number): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '' || value.length > longest)
    throw invalid(`${name} must be 1 to ${longest} characters`);
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(reason: string, cause?: unknown): OidcError {
  return new OidcError('OIDC_LOGOUT_TOKEN_INVALID', `the logout token was refused: ${reason}`, { cause });
}
