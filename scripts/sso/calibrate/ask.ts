import { refreshedTokens, type TokenSet } from '#session';
import type { Lab } from './lab.js';
import { type Reply, replyOfIntrospection, replyOfRefresh, replyOfUserinfo } from './reply.js';
import { meaningOf, type Way } from './ways.js';

/** One answer, with the tokens as they are after it. */
export interface Asked {
  readonly reply: Reply;
  readonly tokens: TokenSet;
  /** an ID token came with refreshed tokens */
  readonly broughtIdToken: boolean;
}

/** Asks in one way about a sign-in's tokens. A token that has run out is not asked about: its end would say nothing. */
export async function ask(lab: Lab, way: Way, tokens: TokenSet, sub: string): Promise<Asked> {
  const impossible = await whyNot(lab, way, tokens);
  if (impossible !== undefined)
    return { reply: { kind: 'not_possible', detail: impossible }, tokens, broughtIdToken: false };
  if (way === 'refresh') return refresh(lab, tokens);
  return { reply: await askQuietly(lab, way, tokens, sub), tokens, broughtIdToken: false };
}

async function whyNot({ client, clock }: Lab, way: Way, tokens: TokenSet): Promise<string | undefined> {
  const { introspectionEndpoint, userinfoEndpoint } = await client.metadata();
  if (way === 'userinfo' && userinfoEndpoint === undefined) return 'discovery names no userinfo endpoint';
  if (meaningOf(way).method === 'introspect' && introspectionEndpoint === undefined)
    return 'discovery names no introspection endpoint; if there is one, give it with --introspection-endpoint';
  const isRefresh = meaningOf(way).asksAbout === 'refresh_token';
  if (isRefresh && tokens.refreshToken === undefined)
    return 'no refresh token was given; some IdPs want another --scope, or a permission of the client';
  const expiresAt = isRefresh ? tokens.refreshExpiresAt : tokens.accessExpiresAt;
  return expiresAt !== undefined && expiresAt <= clock.now() ? 'the token had run out by then' : undefined;
}

async function askQuietly({ client, signal }: Lab, way: Way, tokens: TokenSet, sub: string): Promise<Reply> {
  const whose = { clientId: client.clientId, sub };
  const { accessToken = '', refreshToken = '' } = tokens;
  if (way === 'userinfo') return replyOfUserinfo(await client.userinfo(accessToken, signal), whose);
  const { asksAbout } = meaningOf(way);
  const token = asksAbout === 'refresh_token' ? refreshToken : accessToken;
  return replyOfIntrospection(await client.introspect(token, asksAbout, signal), whose);
}

async function refresh(lab: Lab, tokens: TokenSet): Promise<Asked> {
  const sentAt = lab.clock.now();
  const { reply, response } = replyOfRefresh(await lab.client.refresh(tokens.refreshToken ?? ''));
  if (response === undefined) return { reply, tokens, broughtIdToken: false };
  const after = refreshedTokens(tokens, response, sentAt);
  if (after.refreshToken !== undefined) lab.given.add(after.refreshToken);
  return { reply, tokens: after, broughtIdToken: response.idToken !== undefined };
}
