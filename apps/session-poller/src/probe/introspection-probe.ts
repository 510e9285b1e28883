import type { IdpClient } from '#idp-client';
import { type ClaimedSession, type Clock, type IssuerProfile, judgeIntrospection, type Verdict } from '#session';
import { Probe } from './probe.js';

/** Asks by introspection of the session's refresh token, or of its access token where there is none (RFC 7662). */
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
    const token = refreshToken ?? accessToken;
    if (token === undefined) return { kind: 'unknown', reason: 'no_token' };
    const outcome = await this.idp.introspect(
      token,
      refreshToken === undefined ? 'access_token' : 'refresh_token',
      signal,
    );
    const { clientId, sub } = session;
    const target = { clientId, sub, tokenExpiresAt: refreshToken === undefined ? accessExpiresAt : refreshExpiresAt };
    return judgeIntrospection(outcome, target, this.profile, calibrated, this.clock.now());
  }
}
