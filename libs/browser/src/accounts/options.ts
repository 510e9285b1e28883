import type { Outcome } from '../outcome.js';

/** What {@link accounts} is set up with. The names are those of the buttons' snippets that people copy. */
export interface AccountsOptions {
  readonly client_id: string;
  /** Called with each new credential, and with each new reason why there is none. */
  readonly callback: (response: CredentialResponse) => void;
  /**
   * Whether to sign in silently: when the page is first looked at, and at a return to the tab where no credential is there that lasts. Default
   * false: only {@link accounts.id.prompt} signs in.
   */
  readonly auto_select?: boolean;
  /**
   * Whether the page may be left once in the life of a tab, for a silent sign-in by redirect: where the browser hides the identity
   * provider's cookies from frames. Default false.
   */
  readonly itp_support?: boolean;
  /** the identity provider, as it names itself: default the origin that served the script, with a slash at its end */
  readonly issuer?: string | undefined;
  /**
   * registered with the client: default the origin of this page, with a slash at its end. With `itp_support` that page must set itself up
   * too: the redirect comes back there, and goes on to where the person was.
   */
  readonly redirect_uri?: string | undefined;
  /** default `openid profile email` */
  readonly scope?: string | undefined;
}

/** Who is signed in, or why nobody is. */
export interface CredentialResponse {
  /** the ID token, a JWT: whoever gets it from the page must check its signature, `iss`, `aud` and `exp` */
  readonly credential: string | undefined;
  /** `login_required` for all that a button solves: nobody is signed in, has not consented, wants to be asked */
  readonly error?: CredentialError;
  /** exactly what the identity provider said; `suppressed` after {@link accounts.id.disableAutoSelect} */
  readonly outcome: Outcome | PopupFault;
}

/** Why there is no credential. */
export type CredentialError = Exclude<Outcome, 'signed_in' | 'suppressed'> | PopupFault;

/** The browser blocked the popup, since no click led to it; the person closed it. */
export type PopupFault = 'popup_failed_to_open' | 'popup_closed';
