import { randomUUID } from 'node:crypto';
import { type CryptoKey, type JWK, type JWTVerifyGetKey, importJWK, SignJWT } from 'jose';
import { z } from 'zod';
import { OidcError } from './errors.js';
import { verifySignedJwt } from './signed-jwt.js';

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
  /** how the person was authenticated, where the IdP says so */
  readonly acr?: string | undefined;
  /** when the IdP last confirmed the session */
  readonly idpCheckedAt?: Date | undefined;
}

/** A verified assertion; `validUntil` is when it stops to count. */
export type AssertionClaims = Omit<NewAssertion, 'clientId'> & { readonly validUntil: Date };

/** The gateway's signing key. */
export interface AssertionKey {
  readonly kid: string;
  readonly alg: AssertionAlgorithm;
  readonly key: CryptoKey;
}

type AssertionAlgorithm = 'ES256' | 'EdDSA';
const LIFE_S = 60;
const SKEW_S = 5;

const PrivateJwk = z.discriminatedUnion('kty', [
  z
    .object({
      kty: z.literal('EC'),
      crv: z.literal('P-256'),
      x: z.string(),
      y: z.string(),
      d: z.string(),
      kid: z.string().min(1),
    })
    .transform((jwk) => ({ ...jwk, alg: 'ES256' as const })),
  z
    .object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), d: z.string(), kid: z.string().min(1) })
    .transform((jwk) => ({ ...jwk, alg: 'EdDSA' as const })),
]);

/** Reads the gateway's private key. @throws ZodError when it is no private P-256 or Ed25519 JWK with a `kid` */
export async function importAssertionKey(jwk: unknown): Promise<AssertionKey> {
  const parsed = PrivateJwk.parse(jwk);
  const key = await importJWK(parsed, parsed.alg);
  if (key instanceof Uint8Array) throw new TypeError('a symmetric key');
  return { kid: parsed.kid, alg: parsed.alg, key };
}

/** Gives what may be published of a private JWK. */
export function toPublicJwk(jwk: unknown): JWK {
  const parsed = PrivateJwk.parse(jwk);
  const { kty, crv, x, kid, alg } = parsed;
  return { kty, crv, x, ...('y' in parsed ? { y: parsed.y } : {}), kid, alg, use: 'sig' };
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
    ...(assertion.acr === undefined ? {} : { acr: assertion.acr }),
    ...(assertion.idpCheckedAt === undefined ? {} : { idp_checked_at: assertion.idpCheckedAt.getTime() / 1000 }),
  })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt' })
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
  acr: z.string().min(1).optional(),
  idp_checked_at: z.number().positive().optional(),
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
  { iss, aud, now }: { readonly iss: string; readonly aud: string; readonly now: Date },
): Promise<AssertionClaims> {
  const expected = { issuer: iss, audience: aud, algorithms: ['ES256', 'EdDSA'], typ: 'at+jwt', now };
  const payload = await verifySignedJwt(token, keys, { ...expected, required: ['exp', 'iat'], skewS: SKEW_S }, invalid);
  const parsed = Payload.safeParse(payload);
  if (!parsed.success) throw invalid('a claim is missing', parsed.error);
  const claims = parsed.data;
  return {
    ...{ iss, aud, sid: claims.sid, idp: claims.idp, sub: claims.sub, acr: claims.acr },
    openedAt: fromSeconds(claims.session_opened_at),
    expiresAt: fromSeconds(claims.session_expires_at),
    authTime: claims.auth_time === undefined ? undefined : fromSeconds(claims.auth_time),
    idpCheckedAt: claims.idp_checked_at === undefined ? undefined : fromSeconds(claims.idp_checked_at),
    validUntil: fromSeconds(claims.exp),
  };
}

function invalid(reason: string, cause: unknown): OidcError {
  return new OidcError('OIDC_ASSERTION_INVALID', `the assertion was refused: ${reason}`, { cause });
}

function fromSeconds(seconds: number): Date {
  return new Date(Math.round(seconds * 1000));
}
