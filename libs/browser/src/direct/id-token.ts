/** Claims of an ID token: who is signed in, as the identity provider says it. */
export interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly [claim: string]: unknown;
}

/** What an ID token must say. */
export interface Expected {
  readonly issuer: string;
  readonly clientId: string;
  /** the one that was sent. Without one, a token that has none, or any, is as good */
  readonly nonce?: string | undefined;
  /** seconds since 1970 */
  readonly nowS: number;
}

/**
 * Clocks of people's devices are wrong, by whole hours where summer time was set by hand. The token has just come from its issuer, in answer
 * to a nonce of a moment ago, so that nothing hangs on them.
 */
const LEEWAY_S = 86_400;

/**
 * Judges an ID token that came straight from the token endpoint, and gives its claims; `undefined` where it is not for us. The
 * signature is not checked: TLS has vouched for the sender.
 *
 * @see OpenID Connect Core 1.0 §3.1.3.7
 */
export function judgeIdToken(idToken: unknown, { issuer, clientId, nonce, nowS }: Expected): Claims | undefined {
  const [header, claims] = partsOf(idToken);
  if (!header || !claims) return undefined;
  const { aud, azp, exp, iat } = claims as Readonly<Record<string, unknown>>;
  const audiences = [aud].flat();
  return typeof header.alg === 'string' &&
    header.alg.toLowerCase() !== 'none' &&
    claims.iss === issuer &&
    typeof claims.sub === 'string' &&
    claims.sub !== '' &&
    audiences.includes(clientId) &&
    (azp === undefined ? audiences.length === 1 : azp === clientId) &&
    isNumber(exp) &&
    exp + LEEWAY_S > nowS &&
    isNumber(iat) &&
    iat - LEEWAY_S < nowS &&
    (nonce === undefined || claims.nonce === nonce)
    ? (Object.freeze(claims) as Claims)
    : undefined;
}

const isNumber = (value: unknown): value is number => typeof value === 'number';

type Part = Record<string, unknown> | null | undefined;

/** Header and claims, where all three parts are there. */
function partsOf(jwt: unknown): readonly Part[] {
  try {
    const parts = (jwt as string).split('.');
    return parts.length === 3 && parts[2] !== '' ? parts.slice(0, 2).map(decoded) : [];
  } catch {
    return [];
  }
}

function decoded(part: string): Part {
  const bytes = atob(part.replace(/-/g, '+').replace(/_/g, '/'));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))) as Part;
}
