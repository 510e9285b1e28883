import type { Cause, Ending, EndResult } from './ending.js';
import type { Sid, Sub } from './ids.js';
import type { SessionEnded } from './session-ended.js';
import type { BrowserSession, NewSsoSession, SsoSession, TokenSet } from './sso-session.js';

/** The time. Nobody below `main.ts` asks the system. */
export abstract class Clock {
  abstract now(): Date;
}

/** What became of a sign-in: a session, or a refusal because its IdP session ended while it was under way. */
export type OpenedSession =
  | {
      readonly kind: 'opened';
      readonly sid: Sid;
      /** why each session of the same issuer ended that the sign-in took the place of */
      readonly ended: readonly Cause[];
    }
  | { readonly kind: 'ended_meanwhile' };

/**
 * How long the cookie that a sign-in replaced goes on to count: requests of other tabs carry it that were sent before the
 * new one came.
 */
export const REPLACED_FOR_MS = 30_000;

/** The cookie session that a sign-in gives a browser. */
export interface NewBrowserSession {
  readonly token: string;
  readonly frontEnd: string;
  readonly expiresAt: Date;
  /** the token that the browser had before; it counts for {@link REPLACED_FOR_MS} more, on the new session */
  readonly replaces: string | undefined;
}

/** A logout token that is to be answered once. */
export interface OnceToken {
  readonly iss: string;
  readonly jti: string;
  readonly tokenHash: string;
  readonly expiresAt: Date;
}

/** The refresh token of a session that has ended. */
export interface TakenToken {
  readonly iss: string;
  readonly clientId: string;
  /** every front end that this session was opened at, by its base */
  readonly frontEnds: readonly string[];
  readonly refreshToken: string;
}

/** Our records of IdP sessions, and the one way to end them. */
export abstract class SsoSessions {
  /**
   * Keeps a sign-in, and the browser's session with it, in one transaction. A live SSO session of the same IdP session,
   * client and person is joined: it takes the newer tokens. The browser's session before it is moved to the same SSO
   * session; the SSO session that nobody is left on by that ends, with an event. Refused when a mark says that the IdP session ended after
   * the ID token was issued.
   */
  abstract open(signIn: NewSsoSession, browser: NewBrowserSession): Promise<OpenedSession>;

  /** Gives a session, ended or not. */
  abstract find(sid: Sid): Promise<SsoSession | undefined>;

  /** Gives the tokens of a session that has not ended. */
  abstract tokensOf(sid: Sid): Promise<TokenSet | undefined>;

  /**
   * Ends sessions. In one transaction: each is ended, the mark is set, its browser sessions end, and one event a session
   * is put into the outbox. What has ended already stays as it was and leaves no second event. With a logout token's
   * `jti` in `once` the token is remembered in the same transaction.
   */
  abstract end(ending: Ending, once?: OnceToken): Promise<EndResult>;

  /** Gives our sessions of one IdP session as told to one client, ended or not, newest first, at most 100. */
  abstract ofIdpSession(of: {
    readonly iss: string;
    readonly clientId: string;
    readonly idpSid: string;
  }): Promise<readonly { readonly sid: Sid; readonly sub: Sub }[]>;

  /**
   * Takes the refresh token out of a session that has ended, so that it can be revoked at the IdP: whoever asks first gets
   * it, nobody else does. Undefined when there is none, or the session lives.
   *
   * @throws Error when it can't be decrypted
   */
  abstract takeRefreshToken(sid: Sid): Promise<TakenToken | undefined>;

  /** Has a sleeping session asked about as soon as possible. Changes nothing of one that is awake or due before its end, or has ended. */
  abstract wake(sid: Sid, now: Date): Promise<void>;
}

/** Cookie sessions of browsers. A token is known to the browser only; here it is looked up by its hash. */
export abstract class BrowserSessions {
  abstract find(token: string): Promise<BrowserSession | undefined>;
  /** Gives the sessions of these ids, by id, as they stand now; those that are not known are missing. */
  abstract findByIds(ids: readonly string[]): Promise<ReadonlyMap<string, BrowserSession>>;
  /** Moves the end of an idle session; changes nothing else, and nothing of an ended one. */
  abstract slide(token: string, lastSeenAt: Date, expiresAt: Date): Promise<void>;
}

/** Logout tokens that were answered. */
export abstract class SeenTokens {
  /** Gives the hash of the token that had this jti, if one was answered. */
  abstract hashOf(iss: string, jti: string): Promise<string | undefined>;
}

/** Tells that the outbox has something new, so that nobody has to wait for a timer. */
export abstract class OutboxSignal {
  /** Calls `wake` for each new row, and after each reconnection. Resolves once it listens. */
  abstract listen(wake: () => void): Promise<void>;
  abstract close(): Promise<void>;
}

/** Removes from the hub what is of no use any more: expired transactions, marks, sessions, published events. */
export abstract class HubCleanUp {
  /** Removes up to `limit` rows of each table; several may do so at once. Gives the most that one table had. */
  abstract removeBatch(limit: number): Promise<number>;
}

/** A session that a service keeps for one SSO session. */
export interface AppSession {
  readonly iss: string;
  readonly sid: Sid;
  readonly sub: Sub;
  readonly openedAt: Date;
  readonly expiresAt: Date;
  readonly revoked: { readonly at: Date; readonly cause: string } | undefined;
}

/** A service's own sessions. */
export abstract class AppSessions {
  /**
   * Opens the app session of an SSO session on first sight, and gives it as it stands: revoked from the start when a
   * mark forbids it. Never revives a revoked one.
   */
  abstract open(session: Omit<AppSession, 'revoked'>, now: Date): Promise<AppSession>;

  /**
   * Applies an event: sets its mark, from when on no session that was opened before the end is usable, and revokes every
   * matching one. Twice, late or out of order gives the same result; when it rejects half-way, once more does the rest. Gives
   * how many sessions it revoked.
   */
  abstract applyEnded(event: SessionEnded, now: Date): Promise<number>;

  /** Removes up to `limit` sessions and as many marks that have expired. Gives the more of the two. */
  abstract removeExpired(now: Date, limit: number): Promise<number>;
}
