import type { Conclusion } from './conclude.js';
import { worthOf } from './conclude.js';
import type { Findings } from './findings.js';
import { meaningOf, ways } from './ways.js';

/** Gives what discovery announces, in words. */
export function announcedLines({ announced, endpoints }: Pick<Findings, 'announced' | 'endpoints'>): readonly string[] {
  const named = (['introspection', 'userinfo', 'revocation', 'endSession'] as const).map(
    (name) => `${name}: ${announced[name] ? 'yes' : name in endpoints ? 'given by you' : 'not named'}`,
  );
  const { backchannelLogout, backchannelLogoutSession, frontchannelLogout, par, issParameter } = announced;
  const session = backchannelLogoutSession ? ', with sid' : '';
  return [
    `endpoints: ${named.join(', ')}`,
    `back-channel logout: ${backchannelLogout ? `announced${session}` : 'not announced'}; front-channel logout: ${frontchannelLogout ? 'announced' : 'not announced'}`,
    `pushed requests: ${par}; iss in answers: ${issParameter ? 'announced' : 'not announced'}`,
  ];
}

/** Gives what the sign-in brought, in words. */
export function signInLines({ signIn }: Pick<Findings, 'signIn'>): readonly string[] {
  const life = (seconds: number | undefined) => (seconds === undefined ? 'life not told' : `${seconds} s`);
  return [
    `ID token: verified, ${signIn.algorithm}, ${signIn.idpSid ? 'with' : 'without'} sid, ${signIn.authTime ? 'with' : 'without'} auth_time`,
    `access token: ${life(signIn.expiresInS)}; refresh token: ${signIn.refreshToken ? life(signIn.refreshExpiresInS) : 'none'}`,
  ];
}

/** Gives what was answered while the person was signed in, in words. */
export function liveLines({ live, refresh }: Pick<Findings, 'live' | 'refresh'>): readonly string[] {
  const answers = ways.map(
    (way) => `${meaningOf(way).words}: ${live[way].kind.replace('_', ' ')} (${live[way].detail})`,
  );
  if (refresh === undefined) return answers;
  return [
    ...answers,
    `a refresh ${refresh.rotates ? 'rotates the refresh token' : 'leaves the refresh token'} and brings ${refresh.bringsIdToken ? 'an' : 'no'} ID token`,
    `afterwards the old refresh token: ${refresh.oldRefreshToken.detail}; the old access token: ${refresh.oldAccessToken.detail}`,
  ];
}

/** Gives the table of what each way is worth, and the conclusion in words. */
export function conclusionLines(findings: Findings, conclusion: Conclusion): readonly string[] {
  const { method, noticedAfterS, refusals, atAPrice, tokensEndWithSession: end, confirm } = conclusion;
  const { backchannelLogout, frontchannelLogout } = findings.announced;
  const push = backchannelLogout || frontchannelLogout;
  return [
    ...ways.map(
      (way) => `${meaningOf(way).words}: ${worthOf(findings, way)}; idle timer: ${findings.sliding[way].detail}`,
    ),
    `signed out: proved by ${findings.end.proof === 'page_shown' ? 'your word that the sign-in page came' : `prompt=none, ${findings.end.proof}`}`,
    `method: ${method.value} (${method.sure}): ${method.why}`,
    `confirm: ${confirm.value} (${confirm.sure}): ${confirm.why}`,
    end === undefined
      ? 'tokens end with the session: not found out, the profile decides'
      : `tokens end with the session: ${end.value ? 'yes' : 'no'} (${end.sure}): ${end.why}`,
    ...(noticedAfterS === undefined
      ? []
      : [`shortest time to notice: ${noticedAfterS} s after the sign-out was proved`]),
    ...(refusals.length === 0 ? [] : [`a refresh after the end answers: ${refusals.join(', ')}`]),
    ...(atAPrice === undefined
      ? []
      : [`at a price: method ${atAPrice} with allowKeepalive: true tells the end, and may keep sessions alive`]),
    ...(method.value === 'none' && !push
      ? ['no logout by push is announced either: only a silent sign-in and the longest life of a session end it']
      : []),
  ];
}
