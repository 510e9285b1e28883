import { CompactSign, createLocalJWKSet, exportJWK, exportSPKI, generateKeyPair, type JWTVerifyGetKey } from 'jose';

/** An issuer of tokens with real keys. It signs whatever it is given, right or wrong. */
export interface TokenIssuer {
  /** finds its public key, as a verifier does */
  readonly keys: JWTVerifyGetKey;
  readonly publicPem: string;
  /** signs `payload`, serialised as JSON unless it is a text already; `header` is laid over alg and kid */
  sign(payload: unknown, header?: Readonly<Record<string, unknown>>): Promise<string>;
}

/** Makes an issuer with one RS256 key, `kid: k1`. */
export async function makeTokenIssuer(): Promise<TokenIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  return {
    keys: createLocalJWKSet({ keys: [jwk] }),
    publicPem: await exportSPKI(publicKey),
    sign: (payload, header = {}) =>
      new CompactSign(Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)))
        .setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header })
        .sign(privateKey, { crit: { 'urn:example:critical': true } }),
  };
}

/** Signs `payload` with HS256 and `secret`: what an attacker can do who knows only public things. */
export function signHs256(payload: unknown, secret: string, kid?: string): Promise<string> {
  return new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'HS256', ...(kid === undefined ? {} : { kid }) })
    .sign(Buffer.from(secret));
}

/** Makes a token with `alg: none` and no signature. */
export function unsigned(payload: unknown, header: Readonly<Record<string, unknown>> = {}): string {
  return `${encode({ alg: 'none', ...header })}.${encode(payload)}.`;
}

/** Changes one character in the middle of a token's payload. */
export function withOneByteChanged(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const at = Math.floor(payload.length / 2);
  const other = payload[at] === 'A' ? 'B' : 'A';
  return [header, payload.slice(0, at) + other + payload.slice(at + 1), signature].join('.');
}

/** Texts that are no tokens. */
export const garbage: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['a letter', 'x'],
  ['three letters', 'a.b.c'],
  ['three dots', '...'],
  ['10 KB', 'x'.repeat(10_240)],
  ['10 KB in three parts', Array(3).fill('eyJ'.repeat(1_200)).join('.')],
  ['five parts, as an encrypted token has', `${encode({ alg: 'dir', enc: 'A256GCM' })}..a.b.c`],
  ['a header that is no object', `${encode(null)}.${encode({})}.c`],
  ['control characters and an emoji', '\u0000\n.\u{1F511}.\uD800'],
];

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
