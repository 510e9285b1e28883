import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT, jwtVerify } from 'jose';
import type { KeyAlgorithm } from './signing-key.js';

const RSA_BITS = 2048;

/** A private key that can sign, and what with. */
export interface PrivateKey {
  readonly kid: string;
  readonly alg: KeyAlgorithm;
  readonly jwk: JWK;
}

/** Makes a key. Its kid is its thumbprint (RFC 7638). RSA takes a few tenths of a second. */
export async function makeKey(alg: KeyAlgorithm): Promise<PrivateKey> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: RSA_BITS });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { kid, alg, jwk: { ...jwk, kid, alg, use: 'sig' } };
}

/**
 * Judges a private JWK that somebody else has made, by signing something with it and verifying that with its public half.
 *
 * @returns the key, or what is wrong with it; the text repeats nothing of the key
 */
export async function judgeKey(jwk: JWK & { readonly kid: string }): Promise<PrivateKey | { readonly fault: string }> {
  const alg = algorithmOf(jwk);
  if (alg === undefined || (jwk.alg !== undefined && jwk.alg !== alg))
    return { fault: 'must be for RS256, ES256 (P-256) or EdDSA (Ed25519)' };
  if (jwk.use !== undefined && jwk.use !== 'sig') return { fault: 'must be for signatures: use is not sig' };
  const named = { ...jwk, alg, use: 'sig' };
  try {
    const token = await new SignJWT({}).setProtectedHeader({ alg }).sign(await importJWK(named, alg));
    await jwtVerify(token, await importJWK(publicHalf(named), alg));
    return { kid: jwk.kid, alg, jwk: named };
  } catch {
    return { fault: `can't sign: a member is missing or wrong, or the key has fewer than ${RSA_BITS} bits` };
  }
}

/** Gives the members that anybody may see. */
function publicHalf({ kty, crv, n, e, x, y, kid, alg, use }: JWK): JWK {
  const members = { kty, crv, n, e, x, y, kid, alg, use };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function algorithmOf({ kty, crv }: JWK): KeyAlgorithm | undefined {
  if (kty === 'RSA') return 'RS256';
  if (kty === 'EC' && crv === 'P-256') return 'ES256';
  return kty === 'OKP' && crv === 'Ed25519' ? 'EdDSA' : undefined;
}
