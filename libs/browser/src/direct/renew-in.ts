const MINUTE_MS = 60_000;
/** Whoever gives tokens that last no time is not asked for ever, without a pause. */
const SHORTEST_MS = 1_000;
/** What a timer can count. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Gives when to renew an access token that lasts `lastsMs` more milliseconds: a minute ahead, or at half of its time where that is
 * short. A little by chance, so that tabs do not all wake at once.
 *
 * @param chance 0 to 1
 */
export function renewInMs(lastsMs: number, chance: number): number {
  const ahead = lastsMs > 2 * MINUTE_MS ? lastsMs - MINUTE_MS : lastsMs / 2;
  return Math.max(SHORTEST_MS, Math.min(LONGEST_MS, ahead) * (1 - chance / 20));
}
