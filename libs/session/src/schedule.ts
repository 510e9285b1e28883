import type { ClaimedSession } from './poller-ports.js';

const CONFIRM_MS = 10_000;
const CONFIRM_JITTER_MS = 5_000;
const RETRY_BASE_MS = 5_000;
const RETRY_LIMIT_MS = 15 * 60_000;
const RETRIES_A_CYCLE = 3;
const FIRST_PROBE_MS = 60_000;
const THROTTLE_LIMIT_MS = 60 * 60_000;

const PUSH_PROVEN_TIMES = 4;
const IN_USE_TIMES = 0.5;

// `random` is always a number of [0, 1): chance is an argument here, as time is.

/** How often the sessions of one IdP are asked about. Times in milliseconds. */
export interface Rhythm {
  /** what the configuration says */
  readonly intervalMs: number;
  /** the shortest that this kind of IdP stands */
  readonly leastMs: number;
  /** the IdP tells endings by itself, reliably; see `isPushProven` */
  readonly pushProven: boolean;
}

/** What of a session decides when it is asked about. */
export type SessionUse = Pick<
  ClaimedSession,
  'openedAt' | 'lastUsedAt' | 'asleepSince' | 'weakEndedAt' | 'idpCheckedAt' | 'unknownSince'
>;

/**
 * Gives the milliseconds between two probes of one session, before chance moves them by 20 %:
 *
 *     awake   = intervalMs × (4 if push is proven, else 1)
 *     in use  = awake × 0.5, for a session that a browser used within the last `awake`
 *     never less than min(leastMs, intervalMs)
 *
 * A session that nobody has used for `sleepAfterS` is not asked about at all ({@link mayFallAsleep}). The planner reckons
 * with the same function.
 */
export function sessionIntervalMs(rhythm: Rhythm, lastUsedAt: Date | undefined, now: Date): number {
  const awakeMs = rhythm.intervalMs * (rhythm.pushProven ? PUSH_PROVEN_TIMES : 1);
  const isInUse = lastUsedAt !== undefined && now.getTime() - lastUsedAt.getTime() < awakeMs;
  const leastMs = Math.min(rhythm.leastMs, rhythm.intervalMs);
  return Math.max(leastMs, awakeMs * (isInUse ? IN_USE_TIMES : 1));
}

/**
 * Says whether a due session may sleep instead of being asked about: nobody has used it for `sleepAfterMs`. Not one that
 * was woken, for somebody waits, and not between a weak "ended" and its confirmation.
 */
export function mayFallAsleep(session: SessionUse, now: Date, sleepAfterMs: number): boolean {
  if (session.asleepSince !== undefined || session.weakEndedAt !== undefined) return false;
  const used = session.lastUsedAt ?? session.openedAt;
  return now.getTime() - used.getTime() >= sleepAfterMs;
}

/**
 * Says whether nobody could tell about a session for longer than `limitMs`, so that it may be used only after a silent
 * sign-in (`unknown_too_long`). It never ends by that: without a limit nothing but its own expiry ends it.
 *
 * @see protocol POL-12
 */
export function isUnknownTooLong(session: SessionUse, now: Date, limitMs: number | undefined): boolean {
  if (limitMs === undefined || session.unknownSince === undefined) return false;
  return now.getTime() - session.unknownSince.getTime() > limitMs;
}

/** Milliseconds until a session that is active is asked about again: the interval ± 20 %. */
export function nextProbeDelayMs(intervalMs: number, random: number): number {
  return intervalMs * (0.8 + 0.4 * random);
}

/** Milliseconds from a sign-in to its first probe, which shows whether asking works at all: at most a minute. */
export function firstProbeDelayMs(intervalMs: number, random: number): number {
  return Math.min(FIRST_PROBE_MS, intervalMs) * (0.5 + 0.5 * random);
}

/**
 * Milliseconds between a weak "ended" and the probe that confirms it: 10 to 15 seconds, long enough for an IdP's
 * replicas and for the moment of a login in which the old session is gone and the new one not yet there. With an unsafe
 * poll interval of less than 20 seconds it is half of that interval.
 */
export function confirmDelayMs(intervalMs: number, random: number): number {
  return Math.min(CONFIRM_MS + CONFIRM_JITTER_MS * random, intervalMs / 2);
}

/**
 * Milliseconds until a session that nobody could tell about is asked about again: exponential with full jitter, three
 * times in a cycle and never beyond it, then the ordinary interval. What the IdP asked for (`Retry-After`) is the least.
 *
 * @param attempt 1 for the first failure in a row
 */
export function retryDelayMs(
  attempt: number,
  intervalMs: number,
  random: number,
  retryAfterS: number | undefined,
): number {
  const base = Math.min(RETRY_BASE_MS, intervalMs);
  const backoff =
    attempt <= RETRIES_A_CYCLE
      ? Math.min(RETRY_LIMIT_MS, intervalMs, base * 2 ** attempt) * random
      : nextProbeDelayMs(intervalMs, random);
  const asked = retryAfterS === undefined ? 0 : Math.min(retryAfterS * 1000, THROTTLE_LIMIT_MS);
  return Math.max(backoff, asked, 0.1 * base);
}

/**
 * Milliseconds until an IdP that said "too many requests" is asked about the session again: what it asked for
 * (`Retry-After`), else twice the interval; at most an hour, unless the interval itself is longer. Up to 20 % more by
 * chance, so that those who were turned away together do not come back together.
 */
export function throttleDelayMs(intervalMs: number, random: number, retryAfterS: number | undefined): number {
  const wantedMs = retryAfterS === undefined ? 2 * intervalMs : retryAfterS * 1000;
  const leastMs = retryAfterS === undefined ? intervalMs : Math.min(RETRY_BASE_MS, intervalMs);
  return Math.max(Math.min(wantedMs, THROTTLE_LIMIT_MS), leastMs) * (1 + 0.2 * random);
}
