import { type ClaimedSession, type Clock, judgeRefreshEnd, unknown, type Verdict } from '#session';
import type { WatchedIdp } from '../idps/watched-idp.js';
import { Probe } from './probe.js';
import type { SessionRefresher } from './session-refresher.js';

/** Asks by refreshing the session's tokens (OIDC Core 12), which it keeps: the gateway finds them fresh. */
export class RefreshProbe extends Probe {
  readonly method = 'refresh';

  constructor(
    private readonly idp: WatchedIdp,
    private readonly refresher: SessionRefresher,
    private readonly clock: Clock,
  ) {
    super();
  }

  async ask(session: ClaimedSession, calibrated: boolean): Promise<Verdict> {
    const { profile, entry } = this.idp;
    const { grantGoneIsLogout } = entry.probe;
    if (session.tokens === undefined) return unknown('internal');
    const known = profile.tokensBound || grantGoneIsLogout ? undefined : refusedFor(session);
    if (known !== undefined) return known;
    const refreshed = await this.refresher.run(session, this.idp);
    if (refreshed === undefined) return unknown(isLost(session) ? 'refresh_ambiguous' : 'no_token');
    const { end, held } = refreshed;
    const { refreshExpiresAt } = held.tokens;
    const question = { tokensSince: held.since, refreshExpiresAt, calibrated, grantGoneIsLogout };
    return judgeRefreshEnd(end, question, profile, this.clock.now());
  }
}

/** What was refused before, and means no more than it did, is not sent again. A refusal that was our own fault is. */
function refusedFor({ refresh, unknownReason }: ClaimedSession): Verdict | undefined {
  if (refresh.kind !== 'refused') return undefined;
  if (unknownReason === 'grant_gone') return unknown('grant_gone', { reauth: 'tokens_gone' });
  return unknownReason === 'reauth' ? unknown('reauth', { reauth: 'idp_asks' }) : undefined;
}

function isLost({ refresh }: ClaimedSession): boolean {
  return refresh.kind === 'ambiguous' || refresh.kind === 'under_way';
}
