const ENDED = new Map([
  ['rp_initiated', 'You signed out.'],
  ['user_global_logout', 'You signed out everywhere.'],
  ['backchannel_logout', 'The identity provider told us that you have signed out.'],
  ['frontchannel_logout', 'The identity provider told this browser that you have signed out.'],
  ['poll_session_ended', 'Your session at the identity provider has ended.'],
  ['silent_check', 'The identity provider no longer knows you in this browser, or knows somebody else.'],
  ['idp_admin', 'An administrator ended your session at the identity provider.'],
  ['operator', 'An operator ended your session.'],
  ['account_disabled', 'Your account was disabled.'],
  ['expired', 'It was not used for too long, or was too old.'],
]);

const SILENT = new Map([
  ['signed_in', 'The identity provider knows you: you were signed in without a page.'],
  ['login_required', 'The identity provider does not know you in this browser: sign in with your password.'],
  ['consent_required', 'The identity provider wants your consent first: use “Sign in”.'],
  ['interaction_required', 'The identity provider wants to show you a page first: use “Sign in”.'],
  ['account_selection_required', 'The identity provider wants you to choose an account: use “Sign in”.'],
  ['account_changed', 'Somebody else is signed in at the identity provider now.'],
  ['unavailable', 'The identity provider does not answer. Nothing has changed.'],
  ['denied', 'The identity provider refused the sign-in.'],
  ['timeout', 'The frame did not answer within ten seconds. Nothing has changed.'],
]);

/** Says why a session ended; a cause that this page does not know is still an ending. */
export const whyEnded = (reason) => ENDED.get(reason) ?? 'It was ended elsewhere.';

/** Says how a silent sign-in went. In a frame, not being known proves little: browsers keep cookies from frames. */
export function howSilent(outcome, where) {
  if (outcome === 'login_required' && where === 'frame')
    return 'The identity provider did not recognise this browser in the frame: its cookie may be blocked there. “Sign in silently” asks without a frame.';
  return SILENT.get(outcome) ?? 'The silent sign-in did not work. Nothing has changed.';
}

/** Says a number of seconds with its two largest units: `3 d 4 h`. */
export function inWords(seconds) {
  const units = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  const first = units.findIndex(([size]) => seconds >= size);
  if (first < 0) return '0 s';
  const parts = units.slice(first, first + 2).map(([size, unit], i) => {
    const whole = i === 0 ? seconds : seconds % units[first][0];
    return `${Math.floor(whole / size)} ${unit}`;
  });
  return parts.join(' ');
}
