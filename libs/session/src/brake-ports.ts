import type { Sid } from './ids.js';
import type { HeldEnding, Lane } from './poller-ports.js';

/** `held`: endings that polls find are held back. `releasing`: those that were are being written. */
export type BrakeState = 'held' | 'releasing';

/** A brake that is not free. */
export interface Brake {
  readonly state: BrakeState;
  readonly since: Date;
  readonly reason: string;
}

/** A session whose ending is held back. */
export interface HeldSession {
  readonly sid: Sid;
  readonly heldAt: Date;
  readonly ending: HeldEnding;
}

/** The mass-logout brakes, one for each issuer, shared by all pollers. They are put on by `SsoSessions.end`. */
export abstract class Brakes {
  /** Gives the brake to whoever may watch it until `leaseEndsAt`; undefined when it is free, or another watches. */
  abstract watch(iss: string, now: Date, leaseEndsAt: Date): Promise<Brake | undefined>;
  /** Lets another watch at once. */
  abstract unwatch(iss: string): Promise<void>;
  /** Gives up to `limit` of a lane's held sessions, by chance. */
  abstract sampleOf(lane: Lane, limit: number): Promise<readonly Sid[]>;
  /** Whether sessions of another client at the same issuer are held. */
  abstract holdsOthers(lane: Lane): Promise<boolean>;
  /** Lets the held endings be written. False when nothing was held. */
  abstract release(iss: string, by: string, now: Date): Promise<boolean>;
  /**
   * Forgets the held endings: the sessions go on and are asked about at once, by ways that must say `active` before they
   * are believed. Gives how many; undefined when the brake was free.
   */
  abstract discard(iss: string, by: string, now: Date): Promise<number | undefined>;
  /** Gives up to `limit` endings that the release is about: those that were held back before it. */
  abstract toRelease(iss: string, limit: number): Promise<readonly HeldSession[]>;
  /** Takes back what is held against a session, and makes it due. */
  abstract letGo(sid: Sid, now: Date): Promise<void>;
  /** Ends a release. The brake is free and counts anew; held again if more was held back meanwhile. */
  abstract finish(iss: string, now: Date): Promise<'free' | 'held'>;
}

/** Answers of one minute. */
export interface ProbeCount {
  readonly iss: string;
  readonly method: string;
  readonly minute: Date;
  readonly active: number;
  /** confirmed */
  readonly ended: number;
  readonly unknown: number;
}

/** How many answers there were of which kind, of all pollers together. */
export abstract class ProbeCounts {
  abstract add(counts: readonly ProbeCount[]): Promise<void>;
}
