import { randomUUID } from 'node:crypto';
import { type CryptoKey, type JWK, type JWTVerifyGetKey, importJWK, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { isRefusal, OidcError } from './errors.js';

/** What the gateway tells a service about a request's session. Lives 60 seconds. */
export interface NewAssertion {
  /** the gateway */
  readonly iss: string;
  /** the service */
  readonly aud: string;
  /** the SSO session: the `sid` of our events too, never the IdP's */
  readonly sid: string;
  /** issuer of the person's `sub` */
  readonly idp: string;
  readonly sub: string;
  readonly clientId: string;
  /** when the SSO session was opened and when it ends at the latest */
  readonly openedAt: Date;
  readonly expiresAt: Date;
  readonly authTime: Date | undefined;
}

/** A verified assertion; `validUntil` is when it stops to count. */
export type AssertionClaims = Omit<NewAssertion, 'clientId'> & { readonly validUntil: Date };

/** The gateway's signing key. */
export interface AssertionKey {
  readonly kid: string;
  readonly key: CryptoKey;
}

const ALGORITHM = 'ES256';
const LIFE_S = 60;
const SKEW_S = 5;

const PrivateJwk = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  kid: z.string().min(1),
});

/** Reads the gateway's private key. @throws ZodError when it is no private P-256 JWK with a `kid` */
export async function importAssertionKey(jwk: unknown): Promise<AssertionKey> {
  const parsed = PrivateJwk.parse(jwk);
  const key = await importJWK({ ...parsed, alg: ALGORITHM }, ALGORITHM);
  if (key instanceof Uint8Array) throw new TypeError('a symmetric key');
  return { kid: parsed.kid, key };
}

/** Gives what may be published of a private JWK. */
export function toPublicJwk(jwk: unknown): JWK {
  const { kty, crv, x, y, kid } = PrivateJwk.parse(jwk);
  return { kty, crv, x, y, kid, alg: ALGORITHM, use: 'sig' };
}

/** Signs an assertion. @see {@link https://www.rfc-editor.org/rfc/rfc9068 RFC 9068} §2 */
export async function signAssertion(assertion: NewAssertion, key: AssertionKey, now: Date): Promise<string> {
  const issuedAtS = Math.floor(now.getTime() / 1000);
  return new SignJWT({
    sid: assertion.sid,
    idp: assertion.idp,
    client_id: assertion.clientId,
    session_opened_at: assertion.openedAt.getTime() / 1000,
    session_expires_at: assertion.expiresAt.getTime() / 1000,
    ...(assertion.authTime === undefined ? {} : { auth_time: Math.floor(assertion.authTime.getTime() / 1000) }),
  })
    .setProtectedHeader({ alg: ALGORITHM, kid: key.kid, typ: 'at+jwt' })
    .setIssuer(assertion.iss)
    .setAudience(assertion.aud)
    .setSubject(assertion.sub)
    .setIssuedAt(issuedAtS)
    .setExpirationTime(issuedAtS + LIFE_S)
    .setJti(randomUUID())
    .sign(key.key);
}

const Payload = z.object({
  sub: z.string().min(1),
  sid: z.uuid(),
  idp: z.string().min(1),
  exp: z.number(),
  session_opened_at: z.number().positive(),
  session_expires_at: z.number().positive(),
  auth_time: z.number().positive().optional(),
});

/**
 * Verifies an assertion that came with a request.
 *
 * @throws OidcError `OIDC_ASSERTION_INVALID`; the message says which rule, never the token. What `keys` throws because it
 *   could not fetch a key passes through: then the assertion is neither good nor bad
 */
export async function verifyAssertion(
  token: string,
  keys: JWTVerifyGetKey,
  expected: { readonly iss: string; readonly aud: string; readonly now: Date },
): Promise<AssertionClaims> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: expected.iss,
      audience: expected.aud,
      algorithms: [ALGORITHM],
      typ: 'at+jwt',
      clockTolerance: SKEW_S,
      currentDate: expected.now,
      requiredClaims: ['exp', 'iat'],
    });
    const claims = Payload.parse(payload);
    return {
      iss: expected.iss,
      aud: expected.aud,
      sid: claims.sid,
      idp: claims.idp,
      sub: claims.sub,
      openedAt: fromSeconds(claims.session_opened_at),
      expiresAt: fromSeconds(claims.session_expires_at),
      authTime: claims.auth_time === undefined ? undefined : fromSeconds(claims.auth_time),
      validUntil: fromSeconds(claims.exp),
    };
  } catch (error) {
    if (!isRefusal(error) && !(error instanceof z.ZodError)) throw error;
    const reason = error instanceof Error ? error.message : 'it could not be verified';
    throw new OidcError(
      'OIDC_ASSERTION_INVALID',
      `the assertion was refused: ${error instanceof z.ZodError ? 'a claim is missing' : reason}`,
      { cause: error },
    );
  }
}

function fromSeconds(seconds: number): Date {
  return new Date(Math.round(seconds * 1000));
}
