import { createHash } from 'node:crypto';
import {
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  type JWTHeaderParameters,
  SignJWT,
} from 'jose';
import type { TokenFault } from './fault-order.js';

/** A signed token, taken apart. */
export interface ReadToken {
  readonly text: string;
  readonly header: JWTHeaderParameters;
  readonly claims: JWTPayload;
}

/** Takes a signed token apart, without any check; undefined for everything else, such as one that is encrypted. */
export function readToken(text: string): ReadToken | undefined {
  try {
    const { alg, ...header } = decodeProtectedHeader(text);
    return alg === undefined ? undefined : { text, header: { ...header, alg }, claims: decodeJwt(text) };
  } catch {
    return undefined;
  }
}

/** Says whether there is something in the token that the fault can change. A client's secret signs nothing here. */
export function canSpoil({ header, claims }: ReadToken, { fault }: TokenFault): boolean {
  if (fault === 'mis_sign') return true;
  if (header.alg.startsWith('HS')) return false;
  return fault !== 'omit_sid' || claims.sid !== undefined;
}

const TIMES = ['iat', 'exp', 'nbf', 'auth_time'];

/** Gives the claims that the spoiled token has. */
function spoiledClaims(claims: JWTPayload, order: TokenFault): JWTPayload {
  if (order.fault === 'omit_sid') return Object.fromEntries(Object.entries(claims).filter(([name]) => name !== 'sid'));
  if (order.fault !== 'skew_clock') return claims;
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      TIMES.includes(name) && typeof value === 'number' ? value + order.seconds : value,
    ]),
  );
}

/** Gives the token with a signature of the same length that is wrong in its first byte. */
function withBrokenSignature(token: string): string {
  const cut = token.lastIndexOf('.') + 1;
  const signature = Buffer.from(token.slice(cut), 'base64url');
  signature.writeUInt8(signature.readUInt8(0) ^ 0xff, 0);
  return token.slice(0, cut) + signature.toString('base64url');
}

/**
 * Spoils a token.
 *
 * @param keys the private keys of the IdP; the one that signed the token signs it anew
 * @returns undefined when the key that signed it is gone
 */
export async function spoilToken(
  token: ReadToken,
  order: TokenFault,
  keys: readonly JWK[],
): Promise<string | undefined> {
  const { header } = token;
  if (order.fault === 'mis_sign') return withBrokenSignature(token.text);
  if (order.fault === 'wrong_key') return sign(token.claims, ...(await unknownKey(header)));
  const key = keys.find(({ kid }) => kid === header.kid);
  return key === undefined ? undefined : sign(spoiledClaims(token.claims, order), header, key);
}

async function sign(claims: JWTPayload, header: JWTHeaderParameters, key: JWK): Promise<string> {
  return new SignJWT(claims).setProtectedHeader(header).sign(await importJWK(key, header.alg));
}

/** A key of the same kind that is in nobody's key set, under a name of its own. */
async function unknownKey(header: JWTHeaderParameters): Promise<[JWTHeaderParameters, JWK]> {
  const { privateKey } = await generateKeyPair(header.alg, { extractable: true });
  const key = await exportJWK(privateKey);
  const kid = `unknown-${createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 8)}`;
  return [{ ...header, kid }, key];
}
