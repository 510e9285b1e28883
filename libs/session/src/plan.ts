import type { IssuerProfile } from './issuer-profile.js';
import { confirmDelayMs, sessionIntervalMs } from './schedule.js';

/**
 * Probes a second that one poller does on one core, everything included (claim, request, judging, record). The benchmark
 * `probes` measured 3,600, with Postgres and the IdP on another core (docs/benchmarks.md); this leaves room. A flag of the
 * planner says otherwise.
 */
export const PROBES_A_CORE = 1_500;
const CLAIM_BATCH = 5;
const BUSY = 0.7;
const JITTER = 0.2;
const WAKE_MS = 50;

/** What is to be planned for. */
export interface Load {
  readonly sessions: number;
  /** the share that a browser uses within one interval */
  readonly inUse: number;
  /** the share that is used less, but within `sleepAfterS`; nobody asks about the rest, which sleep */
  readonly awake: number;
  readonly intervalMs: number;
  readonly pushProven: boolean;
  /** weak evidence is confirmed by a second probe */
  readonly confirm: boolean;
  /** probes a second of all pollers together; undefined: as many as it takes */
  readonly maxPerS: number | undefined;
  readonly latencyMs: number;
  /** probes under way at once, in each poller */
  readonly concurrency: number;
  readonly probesACore: number;
  readonly profile: Pick<IssuerProfile, 'name' | 'minIntervalS'>;
}

/** Times in milliseconds from the end at the IdP until we have written it down. */
export interface TimeToNotice {
  readonly meanMs: number;
  readonly worstMs: number;
}

/** What it takes, and what it gives. */
export interface Plan {
  /** probes a second that the sessions need */
  readonly wantedPerS: number;
  /** probes a second that are permitted and done */
  readonly probesPerS: number;
  readonly perPollerPerS: number;
  readonly pollers: number;
  /** rows written a second: half of a probe's is its claim, half its record */
  readonly writesPerS: number;
  /** statements a second that write, at most: a poller that has much to do records several probes in one (ADR 37) */
  readonly statementsPerS: number;
  readonly inUse: TimeToNotice;
  readonly awake: TimeToNotice;
  /** from the moment that somebody comes back; before that nobody is told, and nobody uses it */
  readonly asleep: TimeToNotice;
  readonly warnings: readonly string[];
}

/**
 * Reckons what a load takes: with the functions that the scheduler itself goes by, so that both say the same. An ending is
 * noticed after half an interval in the mean, after one and a fifth at worst; a weak one is confirmed before it is
 * believed. When the permitted rate is less than what the sessions need, everybody waits longer in proportion.
 */
export function planOf(load: Load): Plan {
  const perSession = (1000 * load.inUse) / intervalOf(load, true) + (1000 * load.awake) / intervalOf(load, false);
  const wantedPerS = load.sessions * perSession;
  const probesPerS = Math.min(wantedPerS, load.maxPerS ?? wantedPerS);
  const stretch = probesPerS === 0 ? 1 : wantedPerS / probesPerS;
  const perPollerPerS = Math.min((load.concurrency / load.latencyMs) * 1000, load.probesACore);
  return {
    wantedPerS,
    probesPerS,
    perPollerPerS,
    pollers: Math.max(1, Math.ceil(probesPerS / (perPollerPerS * BUSY))),
    writesPerS: 2 * probesPerS,
    statementsPerS: probesPerS * (1 + 1 / CLAIM_BATCH),
    inUse: timesOf(intervalOf(load, true) * stretch, load),
    awake: timesOf(intervalOf(load, false) * stretch, load),
    asleep: withConfirmation({ meanMs: WAKE_MS + load.latencyMs, worstMs: WAKE_MS + load.latencyMs }, load),
    warnings: warningsOf(load, wantedPerS),
  };
}

/** The interval of the scheduler: the same function, for a session that was used now, or never. */
function intervalOf({ intervalMs, pushProven, profile }: Load, isInUse: boolean): number {
  const now = new Date(0);
  const rhythm = { intervalMs, pushProven, leastMs: profile.minIntervalS * 1000 };
  return sessionIntervalMs(rhythm, isInUse ? now : undefined, now);
}

/** Of intervals of I ± 20 % an end falls into a longer one more often: the mean is I/2 × (1 + 0.2²/3). */
function timesOf(everyMs: number, load: Load): TimeToNotice {
  const meanMs = (everyMs / 2) * (1 + JITTER ** 2 / 3) + load.latencyMs;
  return withConfirmation({ meanMs, worstMs: everyMs * (1 + JITTER) + load.latencyMs }, load);
}

function withConfirmation({ meanMs, worstMs }: TimeToNotice, { confirm, intervalMs, latencyMs }: Load): TimeToNotice {
  if (!confirm) return { meanMs, worstMs };
  return {
    meanMs: meanMs + confirmDelayMs(intervalMs, 0.5) + latencyMs,
    worstMs: worstMs + confirmDelayMs(intervalMs, 1) + latencyMs,
  };
}

/** Rates that products are known to answer 429 to, and what else will not go well. */
function warningsOf(load: Load, wantedPerS: number): readonly string[] {
  const { intervalMs, profile, maxPerS } = load;
  const warnings: string[] = [];
  if (intervalMs < profile.minIntervalS * 1000)
    warnings.push(
      `an interval of ${intervalMs / 1000} s is under the ${profile.minIntervalS} s of profile ${profile.name}: the poller refuses it as intervalS`,
    );
  if (maxPerS !== undefined && maxPerS < wantedPerS)
    warnings.push(
      `the sessions need ${wantedPerS.toFixed(1)} probes a second and ${maxPerS} are permitted: everybody is asked about ${(wantedPerS / maxPerS).toFixed(1)} times as seldom`,
    );
  if (wantedPerS > 100 && (maxPerS ?? Infinity) > 100)
    warnings.push(
      'more than 100 probes a second: many hosted IdPs answer 429 to that; ask yours, set maxPerS, and let push prove itself',
    );
  return warnings;
}
