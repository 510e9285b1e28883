import type { IdpClient } from '#idp-client';
import type { Transmitter } from '#ssf';

/** One IdP, as one of its clients. */
export interface Idp {
  /** in the configuration and in logs */
  readonly name: string;
  readonly client: IdpClient;
  readonly issuer: string;
  readonly clientId: string;
  /** the one algorithm of its ID tokens and logout tokens */
  readonly algorithm: string;
  readonly par: 'auto' | 'always' | 'never';
  /** an active token contradicts a `login_required` */
  readonly tokensEndWithSession: boolean;
  /** whether a refresh token is the same after a refresh, so that one may be sent again after a lost answer */
  readonly refreshTokenStays: boolean;
  /** how long its sessions live at most after the person authenticated, if that is known */
  readonly sessionLifetimeMs: number | undefined;
  readonly revokeOnLogout: boolean;
  readonly logoutTokens: { readonly requireType: boolean; readonly allowNoExpiry: boolean };
  readonly ssf: SsfTransmitter | undefined;
  /** what a Global Token Revocation request's bearer token must be; undefined: such requests are not taken */
  readonly globalTokenRevocation: string | undefined;
}

/** Who pushes security event tokens about this IdP's sessions. */
export interface SsfTransmitter {
  readonly transmitter: Transmitter;
  /** what the Authorization header must be, whole; undefined: the token's signature alone speaks */
  readonly authorization: string | undefined;
}
