import { z } from 'zod';
import { OidcError } from './errors.js';
import { faultyMembers } from './faulty-members.js';

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

/** The tokens of a refresh, unverified. What is undefined was not sent: the earlier one stays. */
export type RefreshResponse = Omit<TokenResponse, 'idToken'> & { readonly idToken: string | undefined };

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

const RefreshBody = Body.extend({
  id_token: z.string().min(1).nullish(),
  refresh_token: z.string().min(1).nullish(),
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
  if (!parsed.success) throw unusable(parsed.error);
  return { ...toTokens(parsed.data), idToken: parsed.data.id_token };
}

/**
 * Reads the token endpoint's successful answer to a refresh token: an ID token and a new refresh token may be missing.
 *
 * @param body the parsed JSON
 * @throws OidcError `OIDC_TOKEN_RESPONSE_INVALID` when a member is missing, of a wrong type, or the token type is not Bearer
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokenResponse OIDC Core 12.2}
 */
export function parseRefreshResponse(body: unknown): RefreshResponse {
  const parsed = RefreshBody.safeParse(body);
  if (!parsed.success) throw unusable(parsed.error);
  return { ...toTokens(parsed.data), idToken: parsed.data.id_token ?? undefined };
}

function toTokens(body: z.infer<typeof RefreshBody>): Omit<TokenResponse, 'idToken'> {
  return {
    accessToken: body.access_token,
    expiresInS: body.expires_in,
    refreshToken: body.refresh_token ?? undefined,
    refreshExpiresInS: body.refresh_expires_in === 0 ? undefined : body.refresh_expires_in, // 0: offline
  };
}

function unusable(error: z.ZodError): OidcError {
  const members = faultyMembers(error, 'the body');
  return new OidcError('OIDC_TOKEN_RESPONSE_INVALID', `the token response is unusable: ${members}`);
}
