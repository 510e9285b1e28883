import type { SsoSession } from '#session';

/** An access token of the IdP that may be used now, or why there is none. */
export type AccessToken =
  | { readonly kind: 'token'; readonly token: string }
  /** the tokens can't be renewed; a silent sign-in may bring new ones. The session itself has not ended */
  | { readonly kind: 'sign_in_needed' }
  /** the IdP can't be asked at the moment */
  | { readonly kind: 'unavailable' };

/** Gives a session's access token, renewed ahead of its expiry. */
export abstract class AccessTokens {
  abstract of(session: SsoSession): Promise<AccessToken>;
}
