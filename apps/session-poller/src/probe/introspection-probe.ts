import type { IdpClient } from '#idp-client';
import { type ClaimedSession, type Clock, type IssuerProfile, judgeIntrospection, type Verdict } from '#session';
import { Probe } from './probe.js';

/** Asks by introspection of one of the session's tokens (RFC 7662): the one of the profile, or what there is. */
export class IntrospectionProbe extends Probe {
  readonly method = 'introspect';

  constructor(
    private readonly idp: IdpClient,
    private readonly profile: IssuerProfile,
    private readonly clock: Clock,
  ) {
    super();
  }

  async ask(session: ClaimedSession, calibrated: boolean, signal: AbortSignal): Promise<Verdict> {
    if (session.tokens === undefined) return { kind: 'unknown', reason: 'internal' };
    const { refreshToken, refreshExpiresAt, accessToken, accessExpiresAt } = session.tokens;
    const ofRefresh = { kind: 'refresh_token', token: refreshToken, tokenExpiresAt: refreshExpiresAt } as const;
    const ofAccess = { kind: 'access_token', token: accessToken, tokenExpiresAt: accessExpiresAt } as const;
    const order = this.profile.introspects === 'refresh_token' ? [ofRefresh, ofAccess] : [ofAccess, ofRefresh];
    const asked = order.find(({ token }) => token !== undefined);
    if (asked?.token === undefined) return { kind: 'unknown', reason: 'no_token' };
    const outcome = await this.idp.introspect(asked.token, asked.kind, signal);
    const { clientId, sub } = session;
    const target = { clientId, sub, token: asked.kind, tokenExpiresAt: asked.tokenExpiresAt };
    return judgeIntrospection(outcome, target, this.profile, calibrated, this.clock.now());
  }
}
