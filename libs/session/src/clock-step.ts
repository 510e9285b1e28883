/** So long after the hub's clock has jumped no session ends by the clock. */
const NO_EXPIRY_MS = 10 * 60_000;

/** A clock that has never been seen to jump. */
export const NO_STEP = new Date(0);

/**
 * Whether sessions may end because their time has passed: not for ten minutes after a jump of the clock. Who runs the
 * database has that long to put its clock right.
 *
 * @param steadySince when the clock was last seen to jump, in its own time after that; {@link NO_STEP}: never
 */
export function mayExpire(steadySince: Date, now: Date): boolean {
  return now.getTime() - steadySince.getTime() >= NO_EXPIRY_MS;
}

/**
 * Gives when a row of weak "ended" began, as far as that time can be compared with `now`. One that was written down before the
 * clock jumped, or that lies ahead, is void: nobody knows how much time has passed since, and the row begins anew.
 */
export function weakEndedSince(weakEndedAt: Date | undefined, steadySince: Date, now: Date): Date | undefined {
  if (weakEndedAt === undefined || weakEndedAt < steadySince || weakEndedAt > now) return undefined;
  return weakEndedAt;
}
