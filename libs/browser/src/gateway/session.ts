import type { Outcome } from '../outcome.js';
import type { SessionState } from '../session-state.js';

/** The claims of the person and of the session, by name, as `GET /bff/user` gives them. */
export interface User {
  readonly sub: string;
  /** our session's id: the one in events, assertions and receipts */
  readonly sid: string;
  readonly [claim: string]: unknown;
}

/** How a page finds out who is signed in through a gateway. */
export interface SessionOptions {
  /** base of the front end, a path or an address of this origin: default `/` */
  readonly gateway?: string;
  /** whether to try a silent sign-in by itself where nobody is signed in: default true */
  readonly silent?: boolean;
  /**
   * Whether the page may be left once, when it opens, for a silent sign-in by redirect: where the frame's answer can't be trusted, since
   * the browser may not have shown the identity provider its cookie. Default false: anonymous visitors would all make the trip.
   */
  readonly redirect?: boolean;
  /** how long a silent sign-in may take, in milliseconds: default 10000 */
  readonly timeoutMs?: number;
}

/** What to sign in with. */
export interface SignInOptions {
  /** a path of this front end to come back to: default the present page */
  readonly returnUrl?: string;
  /** `login`, `consent`, `select_account`, `create`; `none` is a silent sign-in by redirect */
  readonly prompt?: string;
  readonly loginHint?: string;
}

/** How to sign out. */
export interface SignOutOptions {
  /** every session of the person, in every browser: default false */
  readonly everywhere?: boolean;
  /** a path of this front end to land on */
  readonly returnUrl?: string;
}

/** Who is signed in, kept true until {@link Session.close}. */
export interface Session extends SessionState<User> {
  /** the whole state, the same object until it changes: for `useSyncExternalStore` and the like */
  readonly state: SessionState<User>;
  /** Calls `listener` at each change, not at once. Gives what ends that. */
  subscribe(listener: (state: SessionState<User>) => void): () => void;
  /** Leaves for the identity provider's own pages. */
  signIn(options?: SignInOptions): void;
  /**
   * Signs out here, tells the other tabs, then leaves for the identity provider. When the gateway can't be reached nothing has changed: the
   * answer is `unavailable`, and the person is still signed in.
   */
  signOut(options?: SignOutOptions): Promise<'signed_out' | 'unavailable'>;
  /** Looks who is signed in, and asks the identity provider in a frame where nobody is. Never rejects. */
  checkSession(): Promise<Outcome>;
  /** Stops listening. The state stays as it is. */
  close(): void;
}
