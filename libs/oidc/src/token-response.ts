import { z } from 'zod';
import { OidcError } from './errors.js';

/** The tokens of a sign-in, unverified. */
export interface TokenResponse {
  readonly idToken: string;
  readonly accessToken: string;
  /** life of the access token in seconds, if the IdP said */
  readonly expiresInS: number | undefined;
  readonly refreshToken: string | undefined;
  /** life of the refresh token in seconds, as some IdPs say beyond the specification; undefined where it is not bounded */
  readonly refreshExpiresInS: number | undefined;
}

/** A number, or its digits as some IdPs write it; not longer than a `Date` reaches. */
const Seconds = z
  .union([z.number(), z.string().regex(/^\d+$/).transform(Number)])
  .pipe(z.number().nonnegative().max(10_000_000_000));
const Body = z.object({
  id_token: z.string().min(1),
  access_token: z.string().min(1),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: Seconds.optional(),
  refresh_token: z.string().min(1).optional(),
  refresh_expires_in: Seconds.optional().catch(undefined),
});

/**
 * Reads the token endpoint's successful answer to an authorization code.
 *
 * @param body the parsed JSON
 * @throws OidcError `OIDC_TOKEN_RESPONSE_INVALID` when a member is missing, of a wrong type, or the token type is not Bearer
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#TokenResponse OIDC Core 3.1.3.3}
 */
export function parseTokenResponse(body: unknown): TokenResponse {
  const parsed = Body.safeParse(body);
  if (!parsed.success) {
    const members = parsed.error.issues.map((issue) => String(issue.path[0] ?? 'the body')).join(', ');
    throw new OidcError('OIDC_TOKEN_RESPONSE_INVALID', `the token response is unusable: ${members}`);
  }
  return {
    idToken: parsed.data.id_token,
    accessToken: parsed.data.access_token,
    expiresInS: parsed.data.expires_in,
    refreshToken: parsed.data.refresh_token,
    refreshExpiresInS: parsed.data.refresh_expires_in === 0 ? undefined : parsed.data.refresh_expires_in, // 0: offline
  };
}
