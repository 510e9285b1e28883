import type { SessionEnded } from './session-ended.js';

/** "Whatever was opened before this moment has ended." Written once more or late, it says the same. */
export interface RevocationMark {
  readonly iss: string;
  readonly scope: 'session' | 'subject';
  /** the sid, or the sub */
  readonly key: string;
  readonly endedBefore: Date;
  readonly cause: string;
  readonly eventId: string;
}

/** How far the IdP's clock may be behind ours, for marks of one session. */
export const SESSION_SKEW_MS = 60_000;

/** How long a mark is kept, in milliseconds: 31 days, a day more than the longest session. */
export const MARK_LIFE_MS = 31 * 24 * 60 * 60_000;

/** How far ahead of us an ending may be dated. */
const FUTURE_MS = 60_000;

/**
 * Gives the mark that an event leaves. An end in the future counts as at most a minute from `now`, so that a wrong clock
 * does not forbid the sign-ins of tomorrow (EVT-04).
 */
export function markOf(event: SessionEnded, now: Date): RevocationMark {
  const { scope, iss } = event;
  const effectiveMs = Math.min(event.effectiveAt.getTime(), now.getTime() + FUTURE_MS);
  const [key, skewMs] = scope === 'session' ? [event.sid, SESSION_SKEW_MS] : [event.sub, 0];
  return {
    iss,
    scope,
    key,
    endedBefore: new Date(effectiveMs + skewMs),
    cause: event.cause,
    eventId: event.id,
  };
}

/** Whether `mark` forbids a session that was opened at `openedAt`. */
export function markForbids(mark: Pick<RevocationMark, 'endedBefore'>, openedAt: Date): boolean {
  return openedAt <= mark.endedBefore;
}
