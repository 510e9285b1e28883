/** How long sessions live. */
export interface SessionLimits {
  /** seconds after the last use */
  readonly SESSION_IDLE_S: number;
  /** seconds after the sign-in, however busy the session is */
  readonly SESSION_ABSOLUTE_S: number;
}

/** What of a session its life depends on. Seconds since 1970. */
export interface SessionTimes {
  readonly loginTs?: number | undefined;
  readonly exp?: number | undefined;
}

/** A browser that only asked, and is nobody, gets a row for the form's token alone. */
const NOBODY_S = 600;

/**
 * Gives the seconds that a session lives from `now`: to the idle limit, and never beyond the absolute one. What is not a use
 * of the session, such as the page that asks whether to sign out, leaves its end where it is.
 */
export function sessionTtlS(limits: SessionLimits, session: SessionTimes, now: Date, isUse: boolean): number {
  const nowS = Math.floor(now.getTime() / 1000);
  if (session.loginTs === undefined) return NOBODY_S;
  const idleEndS = isUse || session.exp === undefined ? nowS + limits.SESSION_IDLE_S : session.exp;
  const endS = Math.min(idleEndS, session.loginTs + limits.SESSION_ABSOLUTE_S);
  return Math.max(1, endS - nowS); // the engine takes no less; it ends a second later then
}

/** Says which limit has ended a session. */
export function expiryCause(
  { SESSION_ABSOLUTE_S }: SessionLimits,
  { expiresAt, loginTs }: { readonly expiresAt: Date; readonly loginTs: number | null },
): 'idle_expired' | 'absolute_expired' {
  if (loginTs === null) return 'idle_expired';
  return expiresAt.getTime() >= (loginTs + SESSION_ABSOLUTE_S) * 1000 ? 'absolute_expired' : 'idle_expired';
}
