const BURST = 20;
const BURST_REST_MS = 1_000;
const BACK_OFF_BASE_MS = 1_000;
const BACK_OFF_LIMIT_MS = 5 * 60_000;
const RETRY_AFTER_LIMIT_MS = 60 * 60_000;

/** What the latest poll was. */
export interface PolledRound {
  /** tokens that were taken or refused */
  readonly settled: number;
  /** polls in a row that brought some */
  readonly streak: number;
  /** since the poll was sent */
  readonly elapsedMs: number;
}

/**
 * Milliseconds until the next poll. Tokens that came are acknowledged at once, but a transmitter that never runs out of
 * them gets a rest after each poll beyond twenty. What it says of more that is available does not hasten anything: a poll that
 * brought nothing is followed by a rest, unless the transmitter held it open for as long.
 */
export function pollDelayMs({ settled, streak, elapsedMs }: PolledRound, everyMs: number): number {
  if (settled > 0) return streak < BURST ? 0 : Math.min(everyMs, BURST_REST_MS);
  return Math.max(0, everyMs - elapsedMs);
}

/**
 * Milliseconds until the next poll after failures in a row: doubled with each, with jitter, at most five minutes; no less than
 * the transmitter asked for (`Retry-After`, at most an hour of it).
 *
 * @param random of [0, 1)
 */
export function backOffMs(failures: number, everyMs: number, random: number, retryAfterS: number | undefined): number {
  const base = Math.min(BACK_OFF_BASE_MS, everyMs);
  const backOff = Math.min(BACK_OFF_LIMIT_MS, base * 2 ** Math.min(failures, 20)) * (0.5 + 0.5 * random);
  return Math.max(backOff, Math.min((retryAfterS ?? 0) * 1000, RETRY_AFTER_LIMIT_MS));
}
