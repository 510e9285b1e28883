/** What is known of a silent request when it comes in. */
export interface SilentFacts {
  readonly flow: 'silent-iframe' | 'silent-top';
  /** `refused`: it was given our cookie a moment ago and has come back without */
  readonly cookie: 'kept' | 'absent' | 'refused';
  /** `fresh`: usable, and the IdP confirmed it within the cool-down */
  readonly session: 'fresh' | 'stale' | 'none';
  /** what the ledger said; a date is when the next attempt may be */
  readonly attempt: 'not_asked' | 'granted' | Date;
}

/** What to do next with a silent request. */
export type SilentStep =
  /** ask the ledger for an attempt, and decide again */
  | { readonly kind: 'ask_ledger' }
  /** give the browser our cookie on a page that comes back by itself: nobody leaves for the IdP whom we could not tell again */
  | { readonly kind: 'try_cookie' }
  | { readonly kind: 'cookies_blocked' }
  /** the one step to the IdP */
  | { readonly kind: 'depart' }
  /** signed in, and no question: a message to the frame's page, or a redirect back */
  | { readonly kind: 'signed_in' }
  /** no attempt: a message, or a page that goes nowhere by itself */
  | { readonly kind: 'suppressed'; readonly retryAt: Date; readonly session: SilentFacts['session'] };

/**
 * Decides about a silent request. At top level every step that moves the browser on by a redirect has taken an attempt from
 * the ledger; in a frame every step to the IdP has. That is what bounds them, see `docs/adr/0022-silent-ledger.md`.
 */
export function silentStep({ flow, cookie, session, attempt }: SilentFacts): SilentStep {
  if (flow === 'silent-iframe' && session === 'fresh') return { kind: 'signed_in' };
  if (cookie === 'absent') return { kind: 'try_cookie' };
  if (cookie === 'refused') return { kind: 'cookies_blocked' };
  if (attempt === 'not_asked') return { kind: 'ask_ledger' };
  if (attempt !== 'granted') return { kind: 'suppressed', retryAt: attempt, session };
  return session === 'fresh' ? { kind: 'signed_in' } : { kind: 'depart' };
}
