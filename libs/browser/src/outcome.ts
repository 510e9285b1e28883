/**
 * How a silent sign-in ended: one word, never an exception, never a boolean. Only `signed_in` says who is there, and only a
 * look at `/bff/user`, or a token, says who. `login_required` in a frame is no proof that nobody is signed in: the browser may
 * not have shown the identity provider its cookie.
 */
export type Outcome =
  | 'signed_in'
  | 'login_required'
  | 'consent_required'
  | 'interaction_required'
  | 'account_selection_required'
  /** somebody else is signed in at the identity provider now */
  | 'account_changed'
  /** the identity provider, or the network, is away: nothing has changed */
  | 'unavailable'
  | 'denied'
  | 'failed'
  /** not asked: this browser has asked a moment ago */
  | 'suppressed'
  /** no answer in time: an origin that is not allowed, blocked cookies or a blocked frame look like this too */
  | 'timeout';

const OUTCOMES =
  'signed_in login_required consent_required interaction_required account_selection_required account_changed unavailable denied failed suppressed'.split(
    ' ',
  );

/** Reads a word that came from outside. What is not known is `failed`. */
export const toOutcome = (word: unknown): Outcome => (OUTCOMES.includes(word as string) ? (word as Outcome) : 'failed');

/** The latest silent sign-in of this page. */
export interface SilentReport {
  readonly outcome: Outcome;
  readonly via: 'frame' | 'redirect';
  /** how long the frame took, in milliseconds, or the trip by redirect that signed in */
  readonly tookMs?: number | undefined;
  /** names the attempt in the gateway's log */
  readonly reference?: string | undefined;
  /** a next attempt is worth while in so many seconds */
  readonly retryAfterS?: number | undefined;
}
