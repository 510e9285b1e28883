import type { IdTokenClaims, TokenResponse } from '#oidc';
import type { LoginTransaction } from '#session';

/** What the login routes ask the strategy to begin. */
export interface SignInRequest {
  readonly flow: LoginTransaction['flow'];
  readonly returnUrl: string;
  readonly rid?: string | undefined;
  /** the session whose ID token goes along as `id_token_hint` */
  readonly hint?: { readonly session: NonNullable<LoginTransaction['hint']>; readonly idToken: string } | undefined;
}

/** The address of our own that asks the IdP again, without the hint that it did not take. */
export function withoutHintUrl({ flow, returnUrl, rid }: LoginTransaction): string {
  const query = new URLSearchParams({ hint: '0', returnUrl, ...(rid === undefined ? {} : { rid }) });
  return flow === 'silent-iframe'
    ? `/bff/silent-login?${query.toString()}`
    : `/bff/login?prompt=none&${query.toString()}`;
}

/** What the callback brings: a verified sign-in, a refusal of the IdP that is really the IdP's, or something not to be believed. */
export type SignInResult =
  | {
      readonly kind: 'verified';
      readonly transaction: LoginTransaction;
      readonly claims: IdTokenClaims;
      readonly tokens: TokenResponse;
    }
  | { readonly kind: 'refused'; readonly transaction: LoginTransaction; readonly error: string }
  | { readonly kind: 'unavailable'; readonly transaction: LoginTransaction }
  | { readonly kind: 'unknown_state'; readonly hasCode: boolean }
  | { readonly kind: 'rejected'; readonly reason: string }
  /** the IdP does not take the gateway for its client: nothing that the person did */
  | { readonly kind: 'client_refused'; readonly transaction: LoginTransaction };
