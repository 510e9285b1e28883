import type { AppSession } from './ports.js';
import type { SessionEnded } from './session-ended.js';
import type { Sid, Sub } from './ids.js';

/** Up to where in a stream a service has surely applied everything. */
export interface SyncPlace {
  /** the stream, and when it was made: one that was made anew is another */
  readonly stream: string;
  readonly sequence: number;
  /** when it was so */
  readonly at: Date;
}

/** What a service must remember to find out, after any outage, that it has missed endings. */
export abstract class SyncPlaces {
  abstract find(): Promise<SyncPlace | undefined>;
  abstract keep(place: SyncPlace): Promise<void>;
}

/** That a second round of questions is owed: kept, so that a crash does not forget it. */
export abstract class OwedRounds {
  /** When it is due; undefined when none is owed. */
  abstract owed(): Promise<Date | undefined>;
  /** One is owed from now on; a later one takes the place of an earlier one. */
  abstract owe(due: Date): Promise<void>;
  /** A round that began at `due` or later is done. Changes nothing of one that is due later. */
  abstract paid(due: Date): Promise<void>;
}

/** The sessions of a service that are neither revoked nor over. */
export abstract class LivingSessions {
  /** Gives the sids of one issuer's living sessions, in their order, that come after `after`: at most `limit`. */
  abstract after(iss: string, after: Sid | undefined, limit: number, now: Date): Promise<readonly Sid[]>;
}

/** What the hub knows of sessions that a service asks about. */
export abstract class EndedSessions {
  /**
   * Gives, of `sids`, those that have ended, as events. What is not among them lives, or is not known: neither is an ending.
   */
  abstract among(iss: string, sids: readonly Sid[]): Promise<readonly SessionEnded[]>;
}

/** What a request shows of the session that it belongs to. */
export type SessionClaim = Omit<AppSession, 'revoked'> & {
  readonly authTime: Date | undefined;
  /** when the IdP last confirmed the session, where that is told */
  readonly idpCheckedAt: Date | undefined;
};

/** An ending as the parts of one replica hear it. */
export interface HeardEnding {
  readonly iss: string;
  readonly scope: 'session' | 'subject';
  readonly sid: Sid | undefined;
  readonly sub: Sub | undefined;
  /** sessions that were opened at this moment or before have ended */
  readonly endedBefore: Date;
  readonly cause: string;
  readonly eventId: string;
}
