import type { TokenSet } from '#session';
import { ask } from './ask.js';
import type { Findings } from './findings.js';
import type { Lab } from './lab.js';
import type { Reply } from './reply.js';
import type { SignedIn } from './visits.js';
import type { EachWay, Way } from './ways.js';

/** What was said while the person was signed in, and the newest tokens. */
export interface LiveFindings extends Pick<Findings, 'live' | 'refresh'> {
  readonly tokens: TokenSet;
}

/** Asks in every way while the person is signed in; the refresh comes last, since it changes what the others ask about. */
export async function askLive(lab: Lab, { tokens, claims: { sub } }: SignedIn): Promise<LiveFindings> {
  const replyOf = async (way: Way): Promise<Reply> => (await ask(lab, way, tokens, sub)).reply;
  const passive = {
    introspect_refresh_token: await replyOf('introspect_refresh_token'),
    introspect_access_token: await replyOf('introspect_access_token'),
    userinfo: await replyOf('userinfo'),
  };
  const refreshed = await ask(lab, 'refresh', tokens, sub);
  const live: EachWay<Reply> = { ...passive, refresh: refreshed.reply };
  if (refreshed.reply.kind !== 'active') return { live, refresh: undefined, tokens };
  const rotates = refreshed.tokens.refreshToken !== tokens.refreshToken;
  const accessWay = live.introspect_access_token.kind === 'active' ? 'introspect_access_token' : 'userinfo';
  const same: Reply = { kind: 'active', detail: 'it is the same' };
  const oldRefreshToken = rotates ? await replyOf('introspect_refresh_token') : same;
  const oldAccessToken = refreshed.tokens.accessToken === tokens.accessToken ? same : await replyOf(accessWay);
  const refresh = { rotates, bringsIdToken: refreshed.broughtIdToken, oldRefreshToken, oldAccessToken };
  return { live, refresh, tokens: refreshed.tokens };
}
