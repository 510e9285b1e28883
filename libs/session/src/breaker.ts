import type { UnknownReason, Verdict } from './verdict.js';

const IN_A_ROW = 5;
const WINDOW_MS = 60_000;
const BUCKET_MS = 10_000;
const LEAST_ANSWERS = 20;
const OPEN_MS = 30_000;
const LONGEST_OPEN_MS = 5 * 60_000;

/** How long an IdP that can't be asked is left alone, in milliseconds. */
export interface BreakerRules {
  readonly openMs: number;
  readonly longestMs: number;
}

interface Bucket {
  readonly startMs: number;
  readonly good: number;
  readonly bad: number;
}

/** Whether one IdP can be asked by one method, as far as this poller has seen. */
export type Breaker =
  | { readonly kind: 'closed'; readonly badInARow: number; readonly recent: readonly Bucket[] }
  | {
      readonly kind: 'open';
      /** from then on it is half open: one session at a time is asked about */
      readonly until: Date;
      readonly forMs: number;
      readonly reason: UnknownReason;
    };

/** How it begins: the IdP can be asked. */
export const closedBreaker: Breaker = { kind: 'closed', badInARow: 0, recent: [] };

/**
 * Gives the rules for sessions that are asked about every `intervalMs`: 30 seconds, doubling up to 5 minutes; with an
 * unsafe interval of less than 30 seconds one interval, doubling up to ten.
 */
export function breakerRules(intervalMs: number): BreakerRules {
  return { openMs: Math.min(OPEN_MS, intervalMs), longestMs: Math.min(LONGEST_OPEN_MS, 10 * intervalMs) };
}

/** Says how many may be asked about now: all, one at a time (half open), or none. */
export function admitted(breaker: Breaker, now: Date): 'all' | 'one' | 'none' {
  if (breaker.kind === 'closed') return 'all';
  const leftMs = breaker.until.getTime() - now.getTime();
  return leftMs > 0 && leftMs <= breaker.forMs ? 'none' : 'one'; // longer than it was to be: the clock was put back
}

/**
 * Gives the breaker after a verdict. It opens after 5 failures in a row, or when more than half of at least 20 answers in
 * a minute were failures: `unreachable`, `server`, `config`, `endpoint`, and a refresh without an answer. When the last
 * of them said that our own credentials are wrong it is open for the longest time at once. Half open, an answer about the
 * session closes it, another failure opens it for twice as long, and what says nothing of the IdP leaves it as it is.
 *
 * @see docs/adr/0032: why it is the poller's own and not shared
 */
export function breakerAfter(breaker: Breaker, verdict: Verdict, now: Date, rules: BreakerRules): Breaker {
  const health = healthOf(verdict);
  if (breaker.kind === 'open') return openAfter(breaker, health, now, rules);
  if (health.kind !== 'good' && health.kind !== 'bad') return breaker;
  const isBad = health.kind === 'bad';
  const badInARow = isBad ? breaker.badInARow + 1 : 0;
  const recent = counted(breaker.recent, isBad, now.getTime());
  if (isBad && (badInARow >= IN_A_ROW || mostlyBad(recent)))
    return opened(health.reason, health.reason === 'config' ? rules.longestMs : rules.openMs, now);
  return { kind: 'closed', badInARow, recent };
}

function openAfter(breaker: Breaker & { kind: 'open' }, health: Health, now: Date, rules: BreakerRules): Breaker {
  if (admitted(breaker, now) === 'none') return breaker; // asked before it opened
  switch (health.kind) {
    case 'good':
      return closedBreaker;
    case 'silent':
      return breaker;
    case 'doubtful':
    case 'bad': {
      const forMs = health.reason === 'config' ? rules.longestMs : Math.min(rules.longestMs, 2 * breaker.forMs);
      return opened(health.reason, forMs, now);
    }
  }
}

function opened(reason: UnknownReason, forMs: number, now: Date): Breaker {
  return { kind: 'open', until: new Date(now.getTime() + forMs), forMs, reason };
}

function counted(recent: readonly Bucket[], isBad: boolean, nowMs: number): readonly Bucket[] {
  const kept = recent.filter(({ startMs }) => startMs <= nowMs && nowMs - startMs < WINDOW_MS);
  const last = kept.at(-1);
  const isOfNow = last !== undefined && nowMs - last.startMs < BUCKET_MS;
  const bucket = isOfNow ? last : { startMs: nowMs, good: 0, bad: 0 };
  const now = { ...bucket, good: bucket.good + (isBad ? 0 : 1), bad: bucket.bad + (isBad ? 1 : 0) };
  return [...(isOfNow ? kept.slice(0, -1) : kept), now];
}

function mostlyBad(recent: readonly Bucket[]): boolean {
  const bad = recent.reduce((sum, bucket) => sum + bucket.bad, 0);
  const all = recent.reduce((sum, bucket) => sum + bucket.good + bucket.bad, 0);
  return all >= LEAST_ANSWERS && bad > all / 2;
}

/** What a verdict says of the IdP: that it answers, that it does not, something odd, or nothing. */
type Health =
  { readonly kind: 'good' | 'silent' } | { readonly kind: 'bad' | 'doubtful'; readonly reason: UnknownReason };

function healthOf(verdict: Verdict): Health {
  if (verdict.kind !== 'unknown') return { kind: 'good' };
  const { reason } = verdict;
  switch (reason) {
    case 'unreachable':
    case 'server':
    case 'config':
    case 'endpoint':
    case 'refresh_ambiguous':
      return { kind: 'bad', reason };
    case 'malformed':
    case 'redirect':
      return { kind: 'doubtful', reason };
    case 'throttled':
    case 'no_token':
    case 'resting':
    case 'internal':
      return { kind: 'silent' };
    case 'mismatch':
    case 'unbound':
    case 'uncalibrated':
    case 'token_expired':
    case 'grant_gone':
    case 'race':
    case 'reauth':
      return { kind: 'good' };
    default:
      return { kind: 'silent' };
  }
}
