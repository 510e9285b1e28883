import { type ClaimedSession, type Clock, judgeUserinfo, unknown, type Verdict } from '#session';
import type { WatchedIdp } from '../idps/watched-idp.js';
import type { FreshAccessToken } from './fresh-access-token.js';
import { Probe } from './probe.js';

/** Asks the UserInfo endpoint whose the session's access token is (OIDC Core 5.3). */
export class UserinfoProbe extends Probe {
  readonly method = 'userinfo';

  constructor(
    private readonly idp: WatchedIdp,
    private readonly fresh: FreshAccessToken,
    private readonly clock: Clock,
  ) {
    super();
  }

  async ask(session: ClaimedSession, calibrated: boolean, signal: AbortSignal): Promise<Verdict> {
    if (session.tokens === undefined) return unknown('internal');
    const found = await this.fresh.of(session, session.tokens);
    if (found.kind === 'verdict') return found.verdict;
    const { accessToken, accessExpiresAt: tokenExpiresAt } = found.tokens;
    if (accessToken === undefined) return unknown('no_token');
    const outcome = await this.idp.client.userinfo(accessToken, signal);
    const target = { sub: session.sub, tokenExpiresAt };
    const verdict = judgeUserinfo(outcome, target, this.idp.profile, calibrated, this.clock.now());
    return { ...verdict, tokenGeneration: found.tokenGeneration };
  }
}
