/** What speaks for and against a way to ask, when it has just called a session ended for the second time. */
export interface CalibrationFacts {
  /** the latest `active` that it said of any session at this IdP */
  readonly lastActiveAt: Date | undefined;
  readonly openedAt: Date;
  /** when the IdP last confirmed the session: a sign-in, or a probe that said active */
  readonly idpCheckedAt: Date;
  /** when it was first called ended */
  readonly weakEndedAt: Date;
  /** endings that polls have written at this IdP since `lastActiveAt` */
  readonly endedSince: number;
}

/**
 * Why "inactive" is not believed any more. `never_active`: it is said of a session that was signed in after the latest
 * `active` of all; `none_active`: it is said of one session after another, and `active` of none.
 */
export type Doubt = 'never_active' | 'none_active';

/** So many may end without one `active` between them: a small installation has no more sessions than that. */
const MAY_END = 2;
/** `lastActiveAt` is written every few seconds only. */
const LAG_MS = 10_000;

/**
 * Says whether a way to ask has to say `active` again before its "ended" counts: it may be an IdP that was upgraded and now
 * answers "inactive" to whoever may not ask. Age alone is no doubt: over a weekend nobody is there to be active.
 *
 * @see protocol POL-04, ADR 11
 */
export function doubtOf(facts: CalibrationFacts): Doubt | undefined {
  const { openedAt, idpCheckedAt, weakEndedAt } = facts;
  const lastActiveMs = facts.lastActiveAt?.getTime() ?? Number.NEGATIVE_INFINITY;
  const wasNeverAsked = idpCheckedAt.getTime() === openedAt.getTime();
  const signedInMs = wasNeverAsked ? openedAt.getTime() : idpCheckedAt.getTime() - LAG_MS;
  if (lastActiveMs < signedInMs) return 'never_active';
  return lastActiveMs < weakEndedAt.getTime() && facts.endedSince >= MAY_END ? 'none_active' : undefined;
}
