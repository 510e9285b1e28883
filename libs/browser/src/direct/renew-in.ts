const MINUTE_MS = 60_000;
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
  return Math.min(LONGEST_MS, Math.max(0, ahead - (chance * ahead) / 20));
}
