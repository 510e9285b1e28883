import type { Sid, Sub } from './ids.js';
import type { SessionEnded } from './session-ended.js';
import type { TokenSet } from './sso-session.js';

/** One authorization request under way. */
export interface LoginTransaction {
  readonly iss: string;
  readonly clientId: string;
  readonly frontEnd: string;
  readonly redirectUri: string;
  readonly flow: 'interactive' | 'silent-iframe' | 'silent-top';
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly returnUrl: string;
  readonly rid: string | undefined;
  /** origin of the page that embeds the iframe; undefined at top level */
  readonly embedder: string | undefined;
  readonly maxAgeS: number | undefined;
  /** what the ID token's `acr` must be one of */
  readonly acrValues: readonly string[] | undefined;
  /** what the request said as `prompt` */
  readonly prompt?: string | undefined;
  /** names this sign-in in logs, messages and error pages; nobody can do anything with it */
  readonly correlationId: string;
  readonly hint: { readonly sid: Sid; readonly sub: Sub } | undefined;
  readonly createdAt: Date;
}

/** Authorization requests under way, each bound to one browser and used once. */
export abstract class LoginTransactions {
  /** Keeps a transaction under its `state`; a browser's oldest ones give way beyond ten. */
  abstract put(state: string, browser: string, transaction: LoginTransaction): Promise<void>;
  /** Takes the transaction out, if it is this browser's and younger than ten minutes. Somebody else's stays. */
  abstract take(state: string, browser: string): Promise<LoginTransaction | 'unknown' | 'expired'>;
}

/**
 * Which silent sign-ins a browser was sent on. It is what keeps a page that always asks from being sent round for ever.
 */
export abstract class SilentLedger {
  /**
   * Grants one attempt for `key` in a cool-down, to one of those who ask at the same time. Gives undefined when it is granted,
   * else when the next one may be.
   */
  abstract attempt(key: string, now: Date, coolDownMs: number): Promise<Date | undefined>;
  /** When an attempt for each of `keys` may be granted again; undefined when that is now. Grants nothing. */
  abstract retryAt(keys: readonly string[], now: Date, coolDownMs: number): Promise<Date | undefined>;
}

/** What became of the latest refresh of a session's tokens. */
export type RefreshState =
  /** the tokens may be used, and refreshed */
  | { readonly kind: 'idle' }
  /** somebody has the right to refresh them, until that moment; after it they were cut off: treat as ambiguous */
  | { readonly kind: 'under_way'; readonly since: Date }
  /** the refresh token was sent and no answer came: where the IdP rotates, sending it again may end everything */
  | { readonly kind: 'ambiguous'; readonly since: Date }
  /** the IdP does not take the refresh token any more; this alone ends no session */
  | { readonly kind: 'refused'; readonly since: Date };

/** The tokens of a session that has not ended, at one moment. */
export interface SessionTokenSet {
  readonly tokens: TokenSet;
  /** when they were given, by our clock; undefined when nobody wrote it down */
  readonly since: Date | undefined;
  /** counts the changes of the tokens */
  readonly generation: number;
  readonly refresh: RefreshState;
}

/** The tokens of sessions, with one writer for each session. Nothing here can revive a session that has ended. */
export abstract class SessionTokens {
  /** Gives the tokens; undefined when the session has ended or never was. @throws Error when they can't be decrypted */
  abstract read(sid: Sid): Promise<SessionTokenSet | undefined>;
  /**
   * Takes the right to refresh, for one of those who ask at the same time. False when the tokens are of another
   * generation by now, the session has ended, or the state is not idle. With `again`, for refresh tokens that may be sent
   * twice, one that was left without an answer may be begun anew: under way or ambiguous for `leaseMs`.
   *
   * It voids a probe of these tokens that is under way. With `probe` it is that probe that refreshes: it must still hold its
   * lease, keeps it, and may send once more a token that was refused.
   */
  abstract begin(
    sid: Sid,
    generation: number,
    now: Date,
    options: {
      readonly leaseMs: number;
      readonly again: boolean;
      readonly probe?: { readonly leaseId: string } | undefined;
    },
  ): Promise<boolean>;
  /**
   * Keeps refreshed tokens as the next generation. False, and nothing changed, when the session ended or the tokens
   * changed. What else is known of the sign-in stays: a refresh is no proof that its IdP session was there at that time. Where
   * the earlier tokens had been called inactive, the session is due at once: that was perhaps said because they were replaced.
   *
   * @param ceiling the session ends by then at the latest, in the same transaction; one that is later than its end changes
   *   nothing
   */
  abstract store(sid: Sid, generation: number, tokens: TokenSet, now: Date, ceiling?: Date): Promise<boolean>;
  /** Says how a refresh that brought no tokens ended. Nothing changes when the tokens have changed meanwhile. */
  abstract settle(
    sid: Sid,
    generation: number,
    kind: 'idle' | 'ambiguous' | 'refused',
    now: Date,
    /** ask the IdP about the session as soon as possible */
    options?: { readonly probeNow: boolean },
  ): Promise<void>;
}

/** A person who is at the IdP to sign out there too. */
export interface LogoutTransaction {
  readonly frontEnd: string;
  readonly returnUrl: string;
  /** `causeId` of the ending here */
  readonly logoutId: string;
}

/** Ways back from the IdP's sign-out, each bound to one browser and used once. */
export abstract class LogoutTransactions {
  abstract put(state: string, browser: string, transaction: LogoutTransaction, expiresAt: Date): Promise<void>;
  abstract take(state: string, browser: string): Promise<LogoutTransaction | undefined>;
}

/** A service's word that it has applied an event. */
export interface Receipt {
  readonly eventId: string;
  /** issuer of the session that the event is about */
  readonly iss: string;
  readonly service: string;
  /** app sessions that it revoked; 0 when it had none */
  readonly sessions: number;
  readonly appliedAt: Date;
}

/** What is known of one logout. */
export interface LogoutProgress {
  /** the endings of this logout; empty when there was none of that name */
  readonly events: readonly {
    readonly eventId: string;
    readonly endedAt: Date;
    /** when the broker had it; undefined while it waits in the outbox */
    readonly publishedAt: Date | undefined;
  }[];
  readonly receipts: readonly Omit<Receipt, 'iss'>[];
  /** every service that has lately sent a receipt about this issuer, so that silence can be told from absence */
  readonly services: readonly string[];
}

/** What became of a receipt. */
export type KeptReceipt =
  | { readonly kind: 'kept'; readonly detectedAt: Date }
  /** the service has said so before; its first word stays */
  | { readonly kind: 'again' }
  /** nobody here has told of such an event, or it was more than a week ago: nothing is kept */
  | { readonly kind: 'unknown_event' };

/** What is known of one event. */
export interface EventTrace {
  readonly event: SessionEnded;
  /** when the broker had it; undefined while it waits in the outbox */
  readonly publishedAt: Date | undefined;
  readonly receipts: readonly Omit<Receipt, 'iss'>[];
  /** services that have lately sent receipts about this issuer, but none about this event */
  readonly silent: readonly string[];
}

/** Published events of one issuer that a service has sent no receipt for. One that was published just now is among them. */
export interface OwedReceipts {
  readonly service: string;
  readonly iss: string;
  readonly events: number;
  /** when the broker had the oldest of them */
  readonly since: Date;
}

/** Receipts of services, as far as they have come in. */
export abstract class Receipts {
  /** Keeps a receipt for an event that is known. */
  abstract keep(receipt: Receipt): Promise<KeptReceipt>;
  /** Gives what is known of the logout whose endings have this `causeId`. */
  abstract progressOf(logoutId: string): Promise<LogoutProgress>;
  /** Gives what is known of the event of this id, or of those of a session or of one cause: a hundred at most. */
  abstract traceOf(key: string): Promise<readonly EventTrace[]>;
  /** Gives which services owe receipts, for events of the last week; the longest silence first. */
  abstract owed(): Promise<readonly OwedReceipts[]>;
}

/** Something that a session may do has changed in the hub, whoever changed it. */
export type SessionChange =
  /** its tokens changed, or (with a cause) it ended */
  | { readonly kind: 'session'; readonly sid: Sid; readonly ended: string | undefined }
  /** one browser's session ended, or will in a moment, since a newer one has replaced it; named by the hash of its token */
  | { readonly kind: 'browser'; readonly id: string }
  /** nobody knows what: the signal was lost for a while */
  | { readonly kind: 'anything' };

/** Tells at once what changed in the hub, on every replica. */
export abstract class SessionSignal {
  /** Calls `changed` from now on, on each change; the returned function ends it. */
  abstract on(changed: (change: SessionChange) => void): () => void;
  /** Whether changes are heard at this moment. While they are not, nothing that is remembered may be believed. */
  abstract readonly isHeard: boolean;
}
