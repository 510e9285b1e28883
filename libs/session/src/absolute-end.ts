/** What limits the life of a session that a sign-in opens. */
export interface EndLimits {
  /** the front end's own limit */
  readonly ttlMs: number;
  /** `session_expiry` of the ID token */
  readonly saidEnd: Date | undefined;
  readonly authTime: Date | undefined;
  /** how long a session of this IdP lives at most after the person authenticated, if that is known */
  readonly lifetimeMs: number | undefined;
}

/** When a session ends, whoever uses it. */
export interface AbsoluteEnd {
  readonly at: Date;
  /** what comes of the IdP in it: undefined where only the front end limits */
  readonly ceiling: Date | undefined;
  /** the IdP has just told of a session that should be over by `lifetimeMs`: that one is wrong, and was left out */
  readonly isContradicted: boolean;
}

/**
 * Gives the absolute end of a session that is signed in to at `now`: the earliest of the limits. It may have come already, when the
 * IdP itself says so in `session_expiry`; a configured lifetime that has passed is contradicted by the sign-in and does not count.
 *
 * @see {@link https://openid.net/specs/ipsie-openid-connect-sl1-profile-1_0.html IPSIE OpenID Connect SL1}: `session_expiry`
 */
export function absoluteEnd({ ttlMs, saidEnd, authTime, lifetimeMs }: EndLimits, now: Date): AbsoluteEnd {
  const known =
    authTime === undefined || lifetimeMs === undefined ? undefined : new Date(authTime.getTime() + lifetimeMs);
  const isContradicted = known !== undefined && known <= now;
  const ceiling = earliest(saidEnd, isContradicted ? undefined : known);
  const ttlEnd = new Date(now.getTime() + ttlMs);
  return { at: earliest(ttlEnd, ceiling) ?? ttlEnd, ceiling, isContradicted };
}

/**
 * Gives the end that the ID token of a refresh sets a session at most; undefined when it sets none. It may shorten a session only
 * ({@link SessionTokens.store}), so a later one changes nothing: nobody has signed in, and the limits of the sign-in (the front
 * end's own, what the IdP said then) stand. One that has passed is `now`: what was opened until now has not been told of it, and
 * goes with it.
 *
 * @see {@link https://openid.net/specs/ipsie-openid-connect-sl1-profile-1_0.html IPSIE OpenID Connect SL1}: `session_expiry`
 */
export function ceilingOfRefresh(saidEnd: Date | 'unusable' | undefined, now: Date): Date | undefined {
  if (saidEnd === undefined || saidEnd === 'unusable') return undefined;
  return saidEnd < now ? now : saidEnd;
}

function earliest(a: Date | undefined, b: Date | undefined): Date | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}
