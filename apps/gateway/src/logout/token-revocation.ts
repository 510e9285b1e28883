import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { reasonOf, type Sid, SsoSessions } from '#session';
import { FrontEnds } from '../front-ends/front-ends.js';
import { Idps } from '../idps/idps.js';

const SHUTDOWN_MS = 3_000;
const MOST_UNDER_WAY = 64;

/**
 * Revokes at the IdP the refresh tokens of sessions that have ended here. Best effort, beside the answer: nobody waits for
 * it, and the end here is the end. Tokens for `offline_access` were asked for to outlive the session, so they stay.
 *
 * @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html#BCActions Back-Channel Logout 2.7}
 */
@Injectable()
export class TokenRevocation implements OnApplicationShutdown {
  private readonly logger = new Logger(TokenRevocation.name);
  private readonly stopping = new AbortController();
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    private readonly sessions: SsoSessions,
    private readonly idps: Idps,
    private readonly frontEnds: FrontEnds,
  ) {}

  /** Begins, and returns at once. */
  begin(ended: readonly { readonly sid: Sid }[]): void {
    if (ended.length === 0) return;
    if (this.underWay.size >= MOST_UNDER_WAY) {
      this.logger.warn(`tokens.revocation.skipped sessions=${ended.length} reason=too_many`);
      return;
    }
    const work = this.revokeAll(ended).finally(() => this.underWay.delete(work));
    this.underWay.add(work);
  }

  /** Waits a moment for what is under way, then gives it up. */
  async onApplicationShutdown(): Promise<void> {
    const limit = setTimeout(() => {
      this.stopping.abort();
    }, SHUTDOWN_MS);
    await Promise.all(this.underWay);
    clearTimeout(limit);
  }

  private async revokeAll(ended: readonly { readonly sid: Sid }[]): Promise<void> {
    for (const { sid } of ended) {
      if (this.stopping.signal.aborted) return;
      await this.revoke(sid).catch((error: unknown) => {
        this.logger.warn(`tokens.revocation.failed sid=${sid} reason=${reasonOf(error)}`);
      });
    }
  }

  private async revoke(sid: Sid): Promise<void> {
    const session = await this.sessions.find(sid);
    const idp = session && this.idps.find(session.iss, session.clientId);
    if (idp?.revokeOnLogout !== true) return;
    const taken = await this.sessions.takeRefreshToken(sid);
    if (taken === undefined || taken.frontEnds.some((base) => this.asksForOfflineAccess(base))) return;
    const revocation = await idp.client.revoke(taken.refreshToken, this.stopping.signal);
    if (revocation.kind === 'failed')
      this.logger.warn(`tokens.revocation.failed sid=${sid} reason=${revocation.reason}`);
    else this.logger.debug(`tokens.revocation sid=${sid} outcome=${revocation.kind}`);
  }

  private asksForOfflineAccess(base: string): boolean {
    return this.frontEnds.named(base)?.scope.split(' ').includes('offline_access') ?? false;
  }
}
