import { createHash } from 'node:crypto';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { OidcError } from './errors.js';
import { isForOthersToo, verifySignedJwt } from './signed-jwt.js';
import { tokenTypeOf } from './token-type.js';

/** What the client asked for, and so what the ID token must say. */
export interface ExpectedIdToken {
  readonly issuer: string;
  readonly clientId: string;
  /** of the request; or, for a refresh, what it was if it stands there at all */
  readonly nonce: string | { readonly ifPresent: string | undefined };
  /** the one signature algorithm that this client is registered with */
  readonly algorithm: string;
  readonly accessToken: string;
  /** `max_age` of the request in seconds, and when it was sent */
  readonly maxAge?: { readonly seconds: number; readonly requestedAt: Date } | undefined;
  /** `acr_values` of the request: the token's `acr` must be one of them */
  readonly acrValues?: readonly string[] | undefined;
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
  /** how the person authenticated, in the IdP's own word */
  readonly acr: string | undefined;
  /**
   * `session_expiry`: when the IdP wants the session to end at the latest; `unusable` where it is no time. It refuses nothing
   *
   * @see {@link https://openid.net/specs/ipsie-openid-connect-sl1-profile-1_0.html IPSIE OpenID Connect SL1}
   */
  readonly sessionExpiry?: Date | 'unusable' | undefined;
}

const SKEW_S = 60;
const ISSUED_WINDOW_S = 300;
/** the end of the year 9999: Postgres and JSON hold no more */
const LAST_S = 253_402_300_799;
/** Token types that are not ID tokens, though signed by the same key. */
const FOREIGN_TYPES = ['logout+jwt', 'secevent+jwt', 'at+jwt', 'command+jwt'];

/**
 * Verifies an ID token from the token endpoint: its signature (always, also where TLS might stand in for it), issuer,
 * audience, times, nonce, `at_hash`, and last what the request asked for: `auth_time` and `acr`. Fetches nothing; `keys`
 * finds the issuer's key.
 *
 * @throws OidcError `OIDC_ID_TOKEN_INVALID`, `OIDC_AUTHENTICATION_TOO_OLD`, `OIDC_ACR_NOT_MET`; the message says which
 *   rule, never the token
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation OIDC Core 3.1.3.7}
 */
export async function verifyIdToken(
  idToken: string,
  keys: JWTVerifyGetKey,
  expected: ExpectedIdToken,
): Promise<IdTokenClaims> {
  const payload = await verifyJwt(idToken, keys, expected);
  const sub: unknown = payload.sub; // jose types the claim and does not look at it
  if (typeof sub !== 'string' || sub === '' || sub.length > 255) throw invalid('sub must be 1 to 255 characters');
  checkAudience(payload, expected.clientId);
  if ('events' in payload) throw invalid('it is an event token');
  checkNonce(payload.nonce, expected.nonce);
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
    acr: acrOf(payload, expected),
    sessionExpiry: sessionExpiryOf(payload.session_expiry),
  };
}

function verifyJwt(idToken: string, keys: JWTVerifyGetKey, expected: ExpectedIdToken): Promise<JWTPayload> {
  const type = tokenTypeOf(idToken);
  if (type !== undefined && FOREIGN_TYPES.includes(type)) throw invalid(`its type is ${type}`);
  const { issuer, clientId: audience, algorithm, now } = expected;
  const required = ['iss', 'sub', 'aud', 'exp', 'iat'];
  return verifySignedJwt(
    idToken,
    keys,
    { issuer, audience, algorithms: [algorithm], required, skewS: SKEW_S, now },
    invalid,
  );
}

function checkAudience(payload: JWTPayload, clientId: string): void {
  if (isForOthersToo(payload, clientId)) throw invalid('aud names a client that we do not trust');
  const azp = payload.azp;
  if (azp !== undefined && azp !== clientId) throw invalid('azp is another client');
}

function checkNonce(nonce: unknown, expected: ExpectedIdToken['nonce']): void {
  if (typeof expected === 'string') {
    if (nonce !== expected) throw invalid('nonce is missing or not the one of the request');
  } else if (nonce !== undefined && expected.ifPresent !== undefined && nonce !== expected.ifPresent) {
    throw invalid('nonce is not the one of the sign-in');
  }
}

/** @see OIDC Core 3.1.3.6: left half of the hash of the access token; the hash is that of the signature algorithm */
function checkAccessTokenHash(atHash: unknown, { algorithm, accessToken }: ExpectedIdToken): void {
  if (atHash === undefined) return;
  const hash = algorithm === 'EdDSA' ? 'sha512' : `sha${algorithm.slice(-3)}`; // Ed25519: RFC 8032 §5.1
  const digest = createHash(hash).update(accessToken).digest();
  if (atHash !== digest.subarray(0, digest.length / 2).toString('base64url'))
    throw invalid('at_hash is not that of the access token');
}

function authTimeOf(payload: JWTPayload, { maxAge, now }: ExpectedIdToken): Date | undefined {
  const authTime = payload.auth_time;
  const known = typeof authTime === 'number' && authTime > 0;
  const inFuture = known && authTime > now.getTime() / 1000 + SKEW_S;
  if (maxAge !== undefined) {
    if (!known) throw tooOld('auth_time is missing though max_age was sent');
    if (inFuture) throw tooOld('auth_time is in the future');
    if (authTime < maxAge.requestedAt.getTime() / 1000 - maxAge.seconds - SKEW_S)
      throw tooOld('the authentication is older than max_age');
  }
  if (inFuture) throw invalid('auth_time is in the future');
  return known ? new Date(authTime * 1000) : undefined;
}

function acrOf({ acr }: JWTPayload, { acrValues }: ExpectedIdToken): string | undefined {
  const said = typeof acr === 'string' ? acr : undefined;
  if (acrValues !== undefined && (said === undefined || !acrValues.includes(said)))
    throw new OidcError('OIDC_ACR_NOT_MET', 'the ID token was refused: acr is none of those asked for');
  return said;
}

/** Seconds, from 1970 on, as far as a date can be. */
function sessionExpiryOf(seconds: unknown): Date | 'unusable' | undefined {
  if (seconds === undefined) return undefined;
  return typeof seconds === 'number' && seconds > 0 && seconds <= LAST_S ? new Date(seconds * 1000) : 'unusable';
}

function tooOld(reason: string): OidcError {
  return new OidcError('OIDC_AUTHENTICATION_TOO_OLD', `the ID token was refused: ${reason}`);
}

function invalid(reason: string, cause?: unknown): OidcError {
  return new OidcError('OIDC_ID_TOKEN_INVALID', `the ID token was refused: ${reason}`, { cause });
}
