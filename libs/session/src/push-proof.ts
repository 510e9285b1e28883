import type { Cause } from './ending.js';

/** The sessions of one issuer that ended within a span of time. */
export interface EndingCounts {
  /** since when they were counted: later than asked for where there were too many */
  readonly from: Date;
  /** by cause */
  readonly of: ReadonlyMap<string, { readonly count: number; readonly lastAt: Date }>;
}

/** How many were pushed, and when the last was; undefined where there was none. */
export interface Pushed {
  readonly count: number;
  readonly lastAt: Date | undefined;
}

/** What speaks for and against an issuer that tells endings by itself, of the last 24 hours. */
export interface PushEvidence {
  readonly pushed: number;
  /** had to be found by asking */
  readonly found: number;
  /** of those, since the latest that was pushed */
  readonly foundSincePush: number;
}

/** The causes that an IdP tells by itself, and among them those that come by a stream of security events. */
const BY_STREAM: readonly Cause[] = ['ssf_session_revoked', 'account_disabled'];
const PUSHED: readonly Cause[] = [
  'backchannel_logout',
  'frontchannel_logout',
  'idp_admin',
  'global_token_revocation',
  ...BY_STREAM,
];
const FOUND_BY_ASKING: Cause = 'poll_session_ended';
const LEAST_PUSHED = 5;
const MOST_FOUND = 0.05;
const SILENT_AFTER = 5;

const MINUTE_MS = 60_000;
const FEW_A_MINUTE = 50;
const UNUSUAL_TIMES = 10;

/**
 * Judges whether an issuer tells endings by itself: at least 5 were pushed, of those and the ones found by asking at most 5 %
 * had to be found, and not 5 in a row: then push has fallen silent. Sessions that were signed out here say nothing.
 */
export function isPushProven({ pushed, found, foundSincePush }: PushEvidence): boolean {
  return pushed >= LEAST_PUSHED && found <= MOST_FOUND * (pushed + found) && foundSincePush < SILENT_AFTER;
}

/** Counts what was pushed. @param streamCounts what came by a stream of security events counts: the stream can be relied on */
export function pushedOf(endings: EndingCounts, streamCounts = true): Pushed {
  let pushed: Pushed = { count: 0, lastAt: undefined };
  for (const cause of PUSHED) {
    const counted = endings.of.get(cause);
    if (counted === undefined || (!streamCounts && BY_STREAM.includes(cause))) continue;
    const isLatest = pushed.lastAt === undefined || counted.lastAt > pushed.lastAt;
    pushed = { count: pushed.count + counted.count, lastAt: isLatest ? counted.lastAt : pushed.lastAt };
  }
  return pushed;
}

/** Counts what had to be found by asking. */
export function foundOf(endings: EndingCounts): number {
  return endings.of.get(FOUND_BY_ASKING)?.count ?? 0;
}

/**
 * Says whether an IdP has pushed unusually many endings within a minute: more than 50, and more than ten times the mean of a
 * minute before. They are believed all the same: a person should look.
 *
 * @param before those of the time before, up to `until`
 * @see protocol §3.4
 */
export function isPushSurge(lastMinute: number, before: EndingCounts, until: Date): boolean {
  const minutes = Math.max(1, (until.getTime() - before.from.getTime()) / MINUTE_MS);
  return lastMinute > Math.max(FEW_A_MINUTE, (UNUSUAL_TIMES * pushedOf(before).count) / minutes);
}
