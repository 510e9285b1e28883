/** How old an answer may be. Milliseconds; `Infinity` is never too old. */
export interface Staleness {
  /** how long ago the feed of endings must have been known to be whole for memory to answer */
  readonly maxMs: number;
  /** how long endings may have been unheard of before everybody is refused */
  readonly failClosedAfterMs: number;
}

/** How long what the database said of a session is believed before it is asked again, in milliseconds. */
export const REREAD_MS = 60_000;

/** How long memory stands in for a database that does not answer, in milliseconds: less than marks are remembered. */
export const LONGEST_WITHOUT_DATABASE_MS = 30 * 60_000;

/** Where an answer may come from. */
export type AnswerSource = 'memory' | 'database' | 'nowhere';

/**
 * Says who may answer, from when the feed of endings was last known to be whole: `undefined` is "never", and then only the
 * database knows.
 */
export function answerSource(trueAsOfMs: number | undefined, nowMs: number, staleness: Staleness): AnswerSource {
  if (trueAsOfMs === undefined) return 'database';
  const ageMs = nowMs - trueAsOfMs;
  if (ageMs > staleness.failClosedAfterMs) return 'nowhere';
  if (staleness.maxMs <= 0) return 'database';
  return Math.abs(ageMs) <= staleness.maxMs ? 'memory' : 'database'; // a clock that was set back proves nothing
}

/** What one replica knows when a request comes. */
export interface AccessFacts {
  /** every ending that was missed has been applied */
  readonly caughtUp: boolean;
  /** a mark in memory forbids the session */
  readonly marked: boolean;
  /** what memory has of the session */
  readonly remembered:
    { readonly revoked: boolean; readonly expiresAtMs: number; readonly readAtMs: number } | undefined;
  readonly source: AnswerSource;
  readonly nowMs: number;
  /** the database has just failed to answer */
  readonly databaseAway: boolean;
}

/** `use`: the session that is remembered; `ask`: the database; all else refuses. */
export type AccessDecision =
  'use' | 'ask' | 'catching-up' | 'ended' | 'expired' | 'endings-unknown' | 'sessions-unknown';

/**
 * Decides about a request. An ending that is known counts whatever else is unknown, since it is never taken back; "usable"
 * counts only while everything that could contradict it would have been heard.
 */
export function decideAccess(facts: AccessFacts): AccessDecision {
  const { caughtUp, marked, remembered, source, nowMs, databaseAway } = facts;
  if (!caughtUp) return 'catching-up';
  if (marked || remembered?.revoked === true) return 'ended';
  if (remembered !== undefined && remembered.expiresAtMs <= nowMs) return 'expired';
  if (source === 'nowhere') return 'endings-unknown';
  const bestBeforeMs = databaseAway ? LONGEST_WITHOUT_DATABASE_MS : REREAD_MS;
  const ageMs = remembered === undefined ? Infinity : Math.abs(nowMs - remembered.readAtMs); // a clock that was set back proves nothing
  if (source === 'memory' && ageMs <= bestBeforeMs) return 'use';
  return databaseAway ? 'sessions-unknown' : 'ask';
}
