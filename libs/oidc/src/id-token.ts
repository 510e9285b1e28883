import { createHash } from 'node:crypto';
import { type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { isRefusal, OidcError } from './errors.js';
import { tokenTypeOf } from './token-type.js';

/** What the client asked for, and so what the ID token must say. */
export interface ExpectedIdToken {
  readonly issuer: string;
  readonly clientId: string;
  readonly nonce: string;
  /** the one signature algorithm that this client is registered with */
  readonly algorithm: string;
  readonly accessToken: string;
  /** `max_age` of the request in seconds, and when it was sent */
  readonly maxAge?: { readonly seconds: number; readonly requestedAt: Date } | undefined;
  readonly now: Date;
}

/** A verified ID token. */
export interface IdTokenClaims {
  readonly iss: string;
  readonly sub: string;
  /** the IdP's id of the session, as told to this client */
  readonly idpSid: string | undefined;
  readonly issuedAt: Date;
  readonly authTime: Date | undefined;
}

const SKEW_S = 60;
const ISSUED_WINDOW_S = 300;
/** Token types that are not ID tokens, though signed by the same key. */
const FOREIGN_TYPES = ['logout+jwt', 'secevent+jwt', 'at+jwt', 'command+jwt'];

/**
 * Verifies an ID token from the token endpoint: its signature (always, also where TLS might stand in for it), issuer,
 * audience, times, nonce, `auth_time` and `at_hash`. Fetches nothing; `keys` finds the issuer's key.
 *
 * @throws OidcError `OIDC_ID_TOKEN_INVALID`; the message says which rule, never the token
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation OIDC Core 3.1.3.7}
 */
export async function verifyIdToken(
  idToken: string,
  keys: JWTVerifyGetKey,
  expected: ExpectedIdToken,
): Promise<IdTokenClaims> {
  const payload = await verifySignature(idToken, keys, expected);
  const sub: unknown = payload.sub; // jose types the claim and does not look at it
  if (typeof sub !== 'string' || sub === '' || sub.length > 255) throw invalid('sub must be 1 to 255 characters');
  checkAudience(payload, expected.clientId);
  if ('events' in payload) throw invalid('it is an event token');
  if (payload.nonce !== expected.nonce) throw invalid('nonce is missing or not the one of the request');
  const issuedAtS = payload.iat ?? 0;
  if (Math.abs(issuedAtS - expected.now.getTime() / 1000) > ISSUED_WINDOW_S)
    throw invalid('iat is not within 5 minutes of now');
  checkAccessTokenHash(payload.at_hash, expected);
  const sid = payload.sid;
  if (sid !== undefined && (typeof sid !== 'string' || sid === '' || sid.length > 512))
    throw invalid('sid must be 1 to 512 characters');
  return {
    iss: expected.issuer,
    sub,
    idpSid: sid,
    issuedAt: new Date(issuedAtS * 1000),
    authTime: authTimeOf(payload, expected),
  };
}

async function verifySignature(idToken: string, keys: JWTVerifyGetKey, expected: ExpectedIdToken): Promise<JWTPayload> {
  try {
    const type = tokenTypeOf(idToken);
    if (type !== undefined && FOREIGN_TYPES.includes(type)) throw invalid(`its type is ${type}`);
    const { payload } = await jwtVerify(idToken, keys, {
      issuer: expected.issuer,
      audience: expected.clientId,
      algorithms: [expected.algorithm],
      clockTolerance: SKEW_S,
      currentDate: expected.now,
      requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat'],
    });
    return payload;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw invalid(error instanceof Error ? error.message : 'it could not be verified', error);
  }
}

function checkAudience(payload: JWTPayload, clientId: string): void {
  if (Array.isArray(payload.aud) && payload.aud.some((audience) => audience !== clientId))
    throw invalid('aud names a client that we do not trust');
  const azp = payload.azp;
  if (azp !== undefined && azp !== clientId) throw invalid('azp is another client');
}

/** @see OIDC Core 3.1.3.6: left half of the hash of the access token; the hash is that of the signature algorithm */
function checkAccessTokenHash(atHash: unknown, expected: ExpectedIdToken): void {
  if (atHash === undefined || expected.algorithm === 'EdDSA') return;
  const digest = createHash(`sha${expected.algorithm.slice(-3)}`)
    .update(expected.accessToken)
    .digest();
  if (atHash !== digest.subarray(0, digest.length / 2).toString('base64url'))
    throw invalid('at_hash is not that of the access token');
}

function authTimeOf(payload: JWTPayload, { maxAge, now }: ExpectedIdToken): Date | undefined {
  const authTime = payload.auth_time;
  const known = typeof authTime === 'number' && authTime > 0;
  if (known && authTime > now.getTime() / 1000 + SKEW_S) throw invalid('auth_time is in the future');
  if (maxAge !== undefined) {
    if (!known) throw invalid('auth_time is missing though max_age was sent');
    if (authTime < maxAge.requestedAt.getTime() / 1000 - maxAge.seconds - SKEW_S)
      throw invalid('the authentication is older than max_age');
  }
  return known ? new Date(authTime * 1000) : undefined;
}

function invalid(reason: string, cause?: unknown): OidcError {
  return new OidcError('OIDC_ID_TOKEN_INVALID', `the ID token was refused: ${reason}`, { cause });
}
