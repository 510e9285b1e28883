/** How a silent sign-in ended: one vocabulary for gateway, browser SDK and metrics. Never an exception, never a boolean. */
export type SilentOutcome =
  | 'signed_in'
  | 'login_required'
  | 'consent_required'
  | 'interaction_required'
  | 'account_selection_required'
  | 'account_changed'
  | 'unavailable'
  | 'denied'
  | 'failed'
  /** not asked: this browser was sent on a silent sign-in a moment ago */
  | 'suppressed';

const OUTCOMES: Readonly<Record<string, SilentOutcome>> = {
  login_required: 'login_required',
  consent_required: 'consent_required',
  interaction_required: 'interaction_required',
  unmet_authentication_requirements: 'interaction_required',
  account_selection_required: 'account_selection_required',
  temporarily_unavailable: 'unavailable',
  server_error: 'unavailable',
  access_denied: 'denied',
};

/** Gives the outcome of an authorization error. What we do not know is `failed`. @see OIDC Core 3.1.2.6 */
export function silentOutcomeOf(error: string): SilentOutcome {
  return Object.hasOwn(OUTCOMES, error) ? (OUTCOMES[error] ?? 'failed') : 'failed';
}

/**
 * Whether a refused silent request proves that the IdP session of this browser's local session has ended. Only
 * `login_required` at top level does, and only when our request named that session's person: in an iframe the IdP may
 * simply not have been shown its cookie.
 *
 * @see {@link https://openid.net/specs/openid-connect-session-1_0.html Session Management} §3.1
 */
export function endsLocalSession(
  error: string,
  request: { readonly topLevel: boolean; readonly hinted: boolean },
): boolean {
  return error === 'login_required' && request.topLevel && request.hinted;
}
