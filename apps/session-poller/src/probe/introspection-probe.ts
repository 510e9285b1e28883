import { type ClaimedSession, type Clock, judgeIntrospection, type TokenSet, unknown, type Verdict } from '#session';
import type { WatchedIdp } from '../idps/watched-idp.js';
import type { FreshAccessToken } from './fresh-access-token.js';
import { Probe } from './probe.js';

/** Asks by introspection of one of the session's tokens (RFC 7662): the one of the profile, or what there is. */
export class IntrospectionProbe extends Probe {
  readonly method = 'introspect';

  constructor(
    private readonly idp: WatchedIdp,
    private readonly fresh: FreshAccessToken,
    private readonly clock: Clock,
  ) {
    super();
  }

  async ask(session: ClaimedSession, calibrated: boolean, signal: AbortSignal): Promise<Verdict> {
    if (session.tokens === undefined) return unknown('internal');
    const { profile, introspector } = this.idp;
    const asksAccessToken = profile.introspects === 'access_token' && session.tokens.accessToken !== undefined;
    const found = asksAccessToken
      ? await this.fresh.of(session, session.tokens)
      : ({ kind: 'tokens', tokens: session.tokens } as const);
    if (found.kind === 'verdict') return found.verdict;
    const asked = chosen(found.tokens, profile.introspects);
    if (asked?.token === undefined) return unknown('no_token');
    const outcome = await introspector.introspect(asked.token, asked.kind, signal);
    const { clientId, sub, idpSid } = session;
    const target = { clientId, sub, idpSid, token: asked.kind, tokenExpiresAt: asked.tokenExpiresAt };
    const verdict = judgeIntrospection(outcome, target, profile, calibrated, this.clock.now());
    return { ...verdict, tokenGeneration: found.tokenGeneration };
  }
}

function chosen(tokens: TokenSet, preferred: 'refresh_token' | 'access_token') {
  const { refreshToken, refreshExpiresAt, accessToken, accessExpiresAt } = tokens;
  const ofRefresh = { kind: 'refresh_token', token: refreshToken, tokenExpiresAt: refreshExpiresAt } as const;
  const ofAccess = { kind: 'access_token', token: accessToken, tokenExpiresAt: accessExpiresAt } as const;
  const order = preferred === 'refresh_token' ? [ofRefresh, ofAccess] : [ofAccess, ofRefresh];
  return order.find(({ token }) => token !== undefined);
}
