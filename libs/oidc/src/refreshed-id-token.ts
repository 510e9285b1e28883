import { decodeJwt, errors as joseErrors, type JWTVerifyGetKey } from 'jose';
import { OidcError } from './errors.js';
import { type ExpectedIdToken, type IdTokenClaims, verifyIdToken } from './id-token.js';

/** The sign-in whose tokens are refreshed. */
export interface RefreshedSignIn extends Omit<ExpectedIdToken, 'nonce' | 'maxAge'> {
  readonly sub: string;
  /** the ID token that is there already; it was verified when it came */
  readonly previousIdToken: string;
  /** when the person authenticated, where the previous ID token does not say */
  readonly authTime: Date | undefined;
}

/** What the ID token of a refresh says of the sign-in. */
export type RefreshedIdToken =
  /** `sessionExpiry` as in the ID token of a sign-in: it may have changed since */
  | { readonly kind: 'same'; readonly sessionExpiry?: IdTokenClaims['sessionExpiry'] }
  /** rightly signed, but about somebody else: never to be used for this session */
  | { readonly kind: 'other_person'; readonly claim: 'iss' | 'sub' }
  /** the person authenticated anew since: these are not the tokens of this sign-in */
  | { readonly kind: 'authenticated_later' };

/**
 * Judges the ID token that came with refreshed tokens: verified like the first one (its nonce only if it has one), and
 * compared with it.
 *
 * @throws OidcError `OIDC_ID_TOKEN_INVALID` when it can't be believed at all; whatever `keys` throws when there are none
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse OIDC Core 12.2}
 */
export async function judgeRefreshedIdToken(
  idToken: string,
  keys: JWTVerifyGetKey,
  { sub, previousIdToken, authTime, ...expected }: RefreshedSignIn,
): Promise<RefreshedIdToken> {
  const original = decodeJwt(previousIdToken);
  const nonce = { ifPresent: typeof original.nonce === 'string' ? original.nonce : undefined };
  try {
    const claims = await verifyIdToken(idToken, keys, { ...expected, nonce });
    if (claims.sub !== sub) return { kind: 'other_person', claim: 'sub' };
    const since = dateOf(original.auth_time) ?? authTime;
    const isLater = claims.authTime !== undefined && since !== undefined && claims.authTime > since;
    return isLater ? { kind: 'authenticated_later' } : { kind: 'same', sessionExpiry: claims.sessionExpiry };
  } catch (error) {
    if (isAboutIssuer(error)) return { kind: 'other_person', claim: 'iss' };
    throw error;
  }
}

function dateOf(seconds: unknown): Date | undefined {
  return typeof seconds === 'number' && seconds > 0 ? new Date(seconds * 1000) : undefined;
}

/** jose looks at claims only once the signature is right. */
function isAboutIssuer(error: unknown): boolean {
  return (
    error instanceof OidcError &&
    error.cause instanceof joseErrors.JWTClaimValidationFailed &&
    error.cause.claim === 'iss'
  );
}
