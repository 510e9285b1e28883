const ENDED: ReadonlyMap<string, string> = new Map([
  ['rp_initiated', 'You signed out.'],
  ['backchannel_logout', 'The identity provider told us that your session there has ended.'],
  ['frontchannel_logout', 'The identity provider told this browser that your session there has ended.'],
  ['poll_session_ended', 'Your session at the identity provider has ended.'],
  ['silent_check', 'The identity provider no longer knows you in this browser, or knows somebody else.'],
  ['idp_admin', 'An administrator ended your session at the identity provider.'],
  ['ssf_session_revoked', 'The identity provider told us that your session was revoked.'],
  ['global_token_revocation', 'All your sessions were revoked at once.'],
  ['account_disabled', 'Your account was disabled.'],
  ['token_reuse', 'A token of your session was used twice, so the session was ended to be safe.'],
  ['user_global_logout', 'You signed out everywhere.'],
  ['operator', 'An operator ended your session.'],
  ['expired', 'It was not used for too long, or was too old.'],
]);

const SILENT: ReadonlyMap<string, string> = new Map([
  ['signed_in', 'The identity provider knows you: you were signed in without a page.'],
  ['login_required', 'The identity provider does not know you in this browser: sign in with your password.'],
  ['consent_required', 'The identity provider wants your consent first: use “Sign in”.'],
  ['interaction_required', 'The identity provider wants to show you a page first: use “Sign in”.'],
  ['account_selection_required', 'The identity provider wants you to choose an account: use “Sign in”.'],
  ['account_changed', 'Somebody else is signed in at the identity provider now.'],
  ['unavailable', 'The identity provider does not answer. Nothing has changed.'],
  ['denied', 'The identity provider refused the sign-in.'],
  [
    'suppressed',
    'The identity provider was asked a moment ago, so it is not asked again yet. “Sign in” works at once.',
  ],
  ['timeout', 'The frame did not answer within ten seconds. Nothing has changed.'],
]);

const IN_A_FRAME =
  'The identity provider did not recognise you in the hidden frame: you are not signed in there, or its cookie is blocked. Use “Sign in”.';

/** Says why a session ended; a cause that this page does not know is still an ending. */
export const whyEnded = (reason: string): string => `${ENDED.get(reason) ?? 'It was ended elsewhere.'} (${reason})`;

/** Says how a silent sign-in went. In a frame, `login_required` is no proof that nobody is signed in. */
export function howSilent(outcome: string, via: 'frame' | 'redirect'): string {
  if (outcome === 'login_required' && via === 'frame') return IN_A_FRAME;
  return SILENT.get(outcome) ?? 'The silent sign-in did not work. Nothing has changed.';
}

/** Says seconds with the two largest units: `3 d 4 h`. */
export function inWords(seconds: number): string {
  const [d, h, min] = [seconds / 86_400, (seconds / 3600) % 24, (seconds / 60) % 60].map(Math.floor) as [
    number,
    number,
    number,
  ];
  return d > 0 ? `${d} d ${h} h` : h > 0 ? `${h} h ${min} min` : `${min} min ${Math.floor(seconds % 60)} s`;
}

/** Says a moment of the day: `14:03:22`. */
export const timeOfDay = (moment: Date): string =>
  moment.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
