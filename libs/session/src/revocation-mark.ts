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

/** How far ahead of us a person's ending may be dated. */
const FUTURE_MS = 60_000;

/**
 * Gives the mark that an event leaves. A person's end in the future counts as at most a minute from `now`, so that a wrong
 * clock does not forbid the sign-ins of tomorrow (EVT-04). A session's end counts as it is told: its sid is never opened
 * again, and where `now` is behind, an earlier end would spare the session.
 */
export function markOf(event: SessionEnded, now: Date): RevocationMark {
  const { scope, iss } = event;
  const toldMs = event.effectiveAt.getTime();
  const [key, endedBeforeMs] =
    scope === 'session'
      ? [event.sid, toldMs + SESSION_SKEW_MS]
      : [event.sub, Math.min(toldMs, now.getTime() + FUTURE_MS)];
  return {
    iss,
    scope,
    key,
    endedBefore: new Date(endedBeforeMs),
    cause: event.cause,
    eventId: event.id,
  };
}

/** Whether `mark` forbids a session that was opened at `openedAt`. */
export function markForbids(mark: Pick<RevocationMark, 'endedBefore'>, openedAt: Date): boolean {
  return openedAt <= mark.endedBefore;
}
