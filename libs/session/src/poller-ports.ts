import type { EndResult } from './ending.js';
import type { RefreshState } from './gateway-ports.js';
import type { Sid, Sub } from './ids.js';
import type { EndingCounts } from './push-proof.js';
import type { TokenSet } from './sso-session.js';
import type { UnknownReason } from './verdict.js';

/** Sessions that are asked about together: those of one client at one IdP. */
export interface Lane {
  readonly iss: string;
  readonly clientId: string;
}

/** A session that a poller may probe now, until its lease ends. */
export interface ClaimedSession extends Lane {
  readonly sid: Sid;
  readonly leaseId: string;
  readonly sub: Sub;
  /** the IdP's own id of the session, if it tells one */
  readonly idpSid: string | undefined;
  readonly openedAt: Date;
  readonly expiresAt: Date;
  readonly authTime: Date | undefined;
  /** when the IdP last confirmed it: a sign-in, or a probe that said active */
  readonly idpCheckedAt: Date;
  /** when a browser last used it; undefined when none is left on it */
  readonly lastUsedAt: Date | undefined;
  /** it slept: nothing has been asked about it for long */
  readonly asleepSince: Date | undefined;
  /**
   * undefined when they can't be decrypted: a key of the ring is missing here. Without access and refresh token while an
   * answer of the IdP that may have replaced them is not known
   */
  readonly tokens: TokenSet | undefined;
  readonly tokenGeneration: number;
  readonly refresh: RefreshState;
  readonly weakEndedAt: Date | undefined;
  readonly unknownCount: number;
  /** why the latest of the present row of probes could not find out */
  readonly unknownReason: string | undefined;
  /** the first of the present row of probes that could not find out */
  readonly unknownSince: Date | undefined;
}

/** Why a session may be used only after a silent sign-in: a closed list. It has not ended. */
export const reauthReasons = ['tokens_gone', 'idp_asks', 'held', 'unknown_too_long'] as const;
export type ReauthReason = (typeof reauthReasons)[number];

/** What a probe that did not end the session leaves behind. */
export interface ProbeRecord {
  readonly dueAt: Date;
  /** the IdP confirmed the session now */
  readonly checkedAt: Date | undefined;
  readonly weakEndedAt: Date | undefined;
  readonly unknown: { readonly count: number; readonly reason: UnknownReason; readonly at: Date } | undefined;
  /** when the token that was asked about expires, if the IdP said so now, and which it was */
  readonly tokenExpiresAt?: { readonly of: 'refresh_token' | 'access_token'; readonly at: Date } | undefined;
  /** a silent sign-in must come first from now on; undefined leaves it as it is, unless the IdP confirmed the session */
  readonly reauth?: ReauthReason | undefined;
}

/** An ending that the brake holds back. */
export interface HeldEnding {
  readonly effectiveAt: Date;
  readonly method: string;
  readonly strength: 'strong' | 'weak';
  readonly probes: number;
  /** of the tokens that were asked about */
  readonly tokenGeneration: number;
}

/** The sessions that are due to be asked about, shared by all pollers. */
export abstract class ProbeQueue {
  /** Claims up to `limit` due sessions until `leaseEndsAt`. Nobody else gets them before that; then they are due as before. */
  abstract claim(lane: Lane, now: Date, leaseEndsAt: Date, limit: number): Promise<readonly ClaimedSession[]>;
  /** Claims these of a lane's live sessions, due or not, until `leaseEndsAt`. Whoever had claimed one before loses it. */
  abstract claimThese(lane: Lane, sids: readonly Sid[], leaseEndsAt: Date): Promise<readonly ClaimedSession[]>;
  /**
   * Lets go of claims without an answer, where the lease was not lost meanwhile: due at `dueAt`, one that was woken before all
   * others, and one that the brake holds not at all, as before.
   */
  abstract giveBack(claimed: readonly ClaimedSession[], dueAt: Date): Promise<void>;
  /**
   * Records a probe, unless the lease was lost or the tokens changed meanwhile: then says false, and nothing was recorded.
   * Where a refresh has voided the probe the session is due again at once.
   */
  abstract record(claimed: ClaimedSession, record: ProbeRecord): Promise<boolean>;
  /**
   * Lets a session sleep: nobody asks about it until it is woken. False, and nothing changed, when the lease was lost or a
   * browser has used it since `unusedSince`.
   */
  abstract sleep(claimed: ClaimedSession, now: Date, unusedSince: Date): Promise<boolean>;
  /**
   * When the next session is due that has neither ended nor expired at `now`, and that nobody asks about; undefined when there
   * is none. It may be sooner: what a poller that died has left is due when its lease ends.
   */
  abstract nextDueAt(lane: Lane, now: Date): Promise<Date | undefined>;
}

/** Sessions that an IdP should know: that it knows one shows that asking works. */
export abstract class Canaries {
  /**
   * Gives the newest canaries of a lane, up to `limit`: sessions that have neither ended nor expired, are awake, and are not
   * held by the brake. Nothing is claimed.
   */
  abstract newest(lane: Lane, wanted: WantedCanary, now: Date, limit: number): Promise<readonly Canary[]>;
}

/** Which sessions will do as canaries. */
export interface WantedCanary {
  /** of this person only; undefined: of anybody */
  readonly sub?: string | undefined;
  /** the newest of each person, and people by chance, in place of the newest of all */
  readonly oneOfEach?: boolean | undefined;
  /** never of this person */
  readonly notOf?: Sub | undefined;
  /** signed in since then: her latest sign-in where `sub` is given, else the first of the session */
  readonly signedInSince?: Date | undefined;
  /** it has tokens that may be sent to the IdP */
  readonly hasTokens?: boolean | undefined;
}

/** A session that its IdP should know. */
export interface Canary {
  readonly sid: Sid;
  readonly sub: Sub;
  readonly idpSid: string | undefined;
}

/** What is known of one way to ask one IdP. */
export interface Calibration {
  /** its "ended" counts since then; undefined: it does not */
  readonly since: Date | undefined;
  /** the latest `active` that it said of any session, to within some seconds */
  readonly lastActiveAt: Date | undefined;
}

/** What the pollers know of the ways to ask, together: of each client by itself, for an IdP may tell one and not another. */
export abstract class IssuerHealth {
  abstract calibrationOf(lane: Lane, method: string): Promise<Calibration>;
  /** It has said `active` of a live session. */
  abstract noteActive(lane: Lane, method: string, at: Date): Promise<void>;
  /** It said "ended" of a session that had just been opened, and `active` of none since: its "ended" counts no more. */
  abstract doubt(lane: Lane, method: string, at: Date): Promise<void>;
}

/** Sessions that have reached their absolute end. */
export abstract class SessionExpiry {
  /** Ends up to `limit` sessions whose time has passed, each with its event. Several may do so at once. Gives those that it ended. */
  abstract endExpired(now: Date, limit: number): Promise<EndResult['ended']>;
  /** When the next session that has not ended reaches its end; undefined when there is none. */
  abstract nextAt(): Promise<Date | undefined>;
}

/** Tells that a session is due sooner than was known, so that nobody has to wait for a timer. */
export abstract class ProbeSignal {
  /** Calls `wake` with the issuer of each session that was woken; undefined: any issuer may have one. */
  abstract listen(wake: (iss: string | undefined) => void): Promise<void>;
  abstract close(): Promise<void>;
}

/** The pollers that run: they share the rates. */
export abstract class Pollers {
  /** Says that the poller of this id runs, and gives how many do; those not seen for 15 seconds do not count. */
  abstract seen(id: string): Promise<number>;
  /** It stops. */
  abstract leave(id: string): Promise<void>;
}

/** What the hub's sessions say of an IdP as a whole. */
export abstract class SessionCensus {
  /** Counts the sessions of an issuer that ended after `from`, up to `until`, by cause; of more than 10,000 the latest. */
  abstract endingsOf(iss: string, from: Date, until: Date): Promise<EndingCounts>;
  /** Counts the live sessions of every lane that is not among `lanes`. */
  abstract unwatched(lanes: readonly Lane[], now: Date): Promise<readonly (Lane & { readonly sessions: number })[]>;
}
