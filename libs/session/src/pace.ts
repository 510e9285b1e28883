import { throttleDelayMs } from './schedule.js';

const BURST_S = 0.25;
const RAMP_START = 0.1;
const DOUBLES_MS = 60_000;
const THROTTLED_FIRST_DOUBLES_MS = 3 * 60_000;
const LEAST_FACTOR = 0.01;
const LONGEST_REST_MS = 60 * 60_000;

/** How fast one poller asks one IdP: a bucket of tokens, one for each probe, that fills with time. */
export interface Pace {
  readonly tokens: number;
  readonly filledAt: Date;
  /** the share of the full rate at `since`; it doubles in `firstDoublesMs`, then every minute, until it is whole */
  readonly slowed: { readonly factor: number; readonly since: Date; readonly firstDoublesMs: number } | undefined;
  /** the IdP asked to be left alone until then */
  readonly restUntil: Date | undefined;
}

/** How it begins: at the full rate, with one token. */
export function fullPace(now: Date): Pace {
  return { tokens: 1, filledAt: now, slowed: undefined, restUntil: undefined };
}

/** Gives the probes a second of this poller: its share of what all pollers may do together. */
export function shareOf(maxPerS: number, pollers: number): number {
  return maxPerS / Math.max(1, pollers);
}

/** Gives the probes a second that are right now. @param fullPerS this poller's share of the configured rate */
export function rateOf({ slowed }: Pace, now: Date, fullPerS: number): number {
  return fullPerS * factorOf(slowed, now);
}

function factorOf(slowed: Pace['slowed'], now: Date): number {
  if (slowed === undefined) return 1;
  const ageMs = Math.max(0, now.getTime() - slowed.since.getTime());
  const { firstDoublesMs } = slowed;
  const doublings = ageMs < firstDoublesMs ? ageMs / firstDoublesMs : 1 + (ageMs - firstDoublesMs) / DOUBLES_MS;
  return Math.min(1, slowed.factor * 2 ** doublings);
}

/** Fills the bucket up to now. It holds a quarter of a second's tokens, at least one: no more may ever come at once. */
export function refilled(pace: Pace, now: Date, fullPerS: number): Pace {
  const elapsedS = Math.max(0, now.getTime() - pace.filledAt.getTime()) / 1000;
  const capacity = Math.max(1, rateOf(pace, now, fullPerS) * BURST_S);
  // at the rate of the beginning: while it grows that is too little, never too much
  const tokens = Math.min(capacity, pace.tokens + elapsedS * rateOf(pace, pace.filledAt, fullPerS));
  const isWhole = factorOf(pace.slowed, now) === 1;
  return { ...pace, tokens, filledAt: now, slowed: isWhole ? undefined : pace.slowed };
}

/** Takes tokens out; a negative number puts back what was not used. */
export function spent(pace: Pace, tokens: number): Pace {
  return { ...pace, tokens: pace.tokens - tokens };
}

/** Milliseconds until a token is there and the IdP does not rest any more; 0: now. */
export function waitMs(pace: Pace, now: Date, fullPerS: number): number {
  const restMs = pace.restUntil === undefined ? 0 : pace.restUntil.getTime() - now.getTime();
  if (restMs > 0 && restMs <= 1.2 * LONGEST_REST_MS) return restMs; // longer: the clock was put back
  return pace.tokens >= 1 ? 0 : ((1 - pace.tokens) / rateOf(pace, now, fullPerS)) * 1000;
}

/**
 * The IdP said "too many requests": it rests for what it asked for, else for twice the interval, at most an hour; then it
 * is asked half as fast. The rate that was too much is reached after three minutes; when that is taken, it doubles every minute.
 * Those that were under way then change nothing but the rest.
 */
export function throttled(pace: Pace, now: Date, retryAfterS: number | undefined, intervalMs: number): Pace {
  const askedUntil = new Date(now.getTime() + Math.min(LONGEST_REST_MS, throttleDelayMs(intervalMs, 0, retryAfterS)));
  const { restUntil } = pace;
  if (restUntil !== undefined && restUntil > now)
    return restUntil > askedUntil ? pace : { ...pace, restUntil: askedUntil };
  const factor = Math.max(LEAST_FACTOR, factorOf(pace.slowed, now) / 2);
  const slowed = { factor, since: askedUntil, firstDoublesMs: THROTTLED_FIRST_DOUBLES_MS };
  return { ...pace, tokens: Math.min(pace.tokens, 1), slowed, restUntil: askedUntil };
}

/** An IdP has come back: it is asked at a tenth of the rate, which doubles every minute. */
export function rampedUp(pace: Pace, now: Date): Pace {
  const factor = Math.min(RAMP_START, factorOf(pace.slowed, now));
  return {
    ...pace,
    tokens: Math.min(pace.tokens, 1),
    filledAt: now,
    slowed: { factor, since: now, firstDoublesMs: DOUBLES_MS },
  };
}
