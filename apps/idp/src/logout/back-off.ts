const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** Milliseconds after the first failed attempt, the second and so on. The last one stays. */
const STEPS_MS = [SECOND_MS, 5 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS];

/** What the moment of the next attempt depends on. */
export interface FailedAttempt {
  /** 1 for the first */
  readonly attempts: number;
  readonly now: Date;
  /** when the delivery was written down */
  readonly since: Date;
  readonly giveUpS: number;
}

/**
 * Gives the moment of the next attempt; undefined: there is none, the time is over. The last attempt is made when the time
 * is just over.
 *
 * @param random a number of [0, 1): the delays are spread by a fifth, so that what failed together does not come together
 * @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html Back-Channel Logout} §2.5
 */
export function nextAttempt({ attempts, now, since, giveUpS }: FailedAttempt, random: number): Date | undefined {
  const end = since.getTime() + giveUpS * SECOND_MS;
  if (now.getTime() >= end) return undefined;
  const stepMs = STEPS_MS[Math.min(attempts, STEPS_MS.length) - 1] ?? SECOND_MS;
  return new Date(Math.min(now.getTime() + stepMs * (0.9 + 0.2 * random), end));
}
