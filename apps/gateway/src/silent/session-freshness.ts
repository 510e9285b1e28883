import { Injectable, Logger } from '@nestjs/common';
import { Clock, planRefresh, reasonOf, SessionTokens, type SsoSession } from '#session';
import type { FrontEnd } from '../front-ends/front-end.js';
import type { ReadSession } from '../http/session-reader.js';
import { Idps } from '../idps/idps.js';
import { LEASE_MS } from '../tokens/token-refresh.js';
import type { SilentFacts } from './silent-step.js';

/** What a silent request demands of a session beyond its being there. */
export interface SilentDemands {
  readonly maxAgeS: number | undefined;
  /** how long ago the IdP may have confirmed the session; where it is shorter than the cool-down it counts */
  readonly maxIdpAgeS: number | undefined;
  readonly acrValues: readonly string[] | undefined;
}

/** Says whether asking the IdP about a session could bring anything that the front end has not already. */
@Injectable()
export class SessionFreshness {
  private readonly logger = new Logger(SessionFreshness.name);

  constructor(
    private readonly tokens: SessionTokens,
    private readonly idps: Idps,
    private readonly clock: Clock,
  ) {}

  async of(read: ReadSession, demands: SilentDemands, frontEnd: FrontEnd): Promise<SilentFacts['session']> {
    if (read.kind !== 'usable') return 'none';
    const { sso } = read.session;
    if (!isConfirmed(sso, demands, frontEnd, this.clock.now())) return 'stale';
    return needsAccessTokens(frontEnd) && (await this.lacksAccessToken(sso)) ? 'stale' : 'fresh';
  }

  /** Whether only a sign-in brings an access token that can be used: the refresh token was lost, refused, or never there. */
  private async lacksAccessToken({ sid, iss, clientId }: SsoSession): Promise<boolean> {
    try {
      const held = await this.tokens.read(sid);
      const refreshTokenStays = this.idps.find(iss, clientId)?.refreshTokenStays ?? false;
      const rules = { leaseMs: LEASE_MS, refreshTokenStays };
      return held === undefined || planRefresh(held, this.clock.now(), rules).kind === 'sign_in';
    } catch (error) {
      this.logger.error(`sign_in.tokens.unreadable sid=${sid} reason=${reasonOf(error)}`);
      return true; // a sign-in brings tokens that can be read
    }
  }
}

/** Whether the IdP has just confirmed the session, as strong as is demanded. */
function isConfirmed(
  { idpCheckedAt, authTime, acr, asleepSince, reauthReason }: SsoSession,
  { maxAgeS, maxIdpAgeS = Infinity, acrValues }: SilentDemands,
  { silentCoolDownMs, services }: FrontEnd,
  now: Date,
): boolean {
  if (asleepSince !== undefined || reauthReason !== undefined) return false; // whatever it said, only a sign-in counts now
  const ofServices = [...services.values()].flatMap(({ maxIdpAgeMs }) => maxIdpAgeMs ?? []);
  const maxMs = Math.min(silentCoolDownMs, maxIdpAgeS * 1000, ...ofServices);
  if (now.getTime() - idpCheckedAt.getTime() >= maxMs) return false;
  if (acrValues !== undefined && !acrValues.includes(acr ?? '')) return false;
  return maxAgeS === undefined || (authTime !== undefined && now.getTime() - authTime.getTime() < maxAgeS * 1000);
}

function needsAccessTokens({ services }: FrontEnd): boolean {
  return [...services.values()].some(({ credential }) => credential === 'access_token');
}
