import type { Outcome } from '../outcome.js';
import type { SessionState } from '../session-state.js';
import type { Claims } from './id-token.js';

/** How a page signs people in at an identity provider by itself, as a public client. */
export interface DirectOptions {
  /** to the letter as the provider's metadata says it: a slash at the end counts */
  readonly issuer: string;
  readonly clientId: string;
  /**
   * A registered address of this origin that serves this app: default the present page without query. The origin must be among the
   * client's allowed web origins as well, or silent sign-ins time out.
   */
  readonly redirectUri?: string;
  /** default `openid profile email` */
  readonly scope?: string;
  /** the API that access tokens are for, where the provider wants it named */
  readonly audience?: string;
  /** whether to try a silent sign-in by itself: default true */
  readonly silent?: boolean;
  /**
   * Whether the page may be left once, when it opens, for a silent sign-in by redirect: where the frame may be blind, since the browser
   * shows the provider no cookie there. Default false: anonymous visitors would all make the trip.
   */
  readonly redirect?: boolean;
  /** how long one request may take, in milliseconds: default 10000 */
  readonly timeoutMs?: number;
  /** `ahead` (default): before the access token expires. `after401`: when an API has refused it, by {@link DirectSession.fetch} */
  readonly renew?: 'ahead' | 'after401';
  /** origins that {@link DirectSession.fetch} gives the access token to: default none */
  readonly apis?: readonly string[];
  /** ask the provider every so many seconds whether the session is still there, 900 to 86400: default never */
  readonly pollEveryS?: number;
}

/** What to sign in with. */
export interface DirectSignInOptions {
  /** an address of this origin to come back to: default the present one */
  readonly returnUrl?: string;
  /** `login`, `consent`, `select_account`, `create` */
  readonly prompt?: string;
  readonly loginHint?: string;
}

/** Who is signed in, with tokens in memory only. Kept true until {@link DirectSession.close}. */
export interface DirectSession extends SessionState<Claims> {
  /** the whole state, the same object until it changes: for `useSyncExternalStore` and the like */
  readonly state: SessionState<Claims>;
  /** Calls `listener` after each change. Gives what ends that. */
  subscribe(listener: (state: SessionState<Claims>) => void): () => void;
  /** Leaves for the provider's own pages. An answer is why it could not. @throws TypeError for a `returnUrl` of another origin */
  signIn(options?: DirectSignInOptions): Promise<Outcome>;
  /**
   * Drops the tokens here and in the other tabs, then leaves for the provider's sign-out.
   *
   * @param returnUrl a registered address to land on
   */
  signOut(returnUrl?: string): Promise<void>;
  /** Asks the provider in a hidden frame who is signed in. Never rejects. */
  checkSession(): Promise<Outcome>;
  /** Gives an access token that has not expired, renewed if need be; undefined when there is none. Never rejects. */
  getAccessToken(): Promise<string | undefined>;
  /** `fetch` with the access token, for the origins in `apis` alone. A 401 is asked again once, with a renewed token. */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  /** Stops listening. The state stays as it is. */
  close(): void;
}
