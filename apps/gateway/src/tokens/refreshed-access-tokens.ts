import { setTimeout } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Clock, planRefresh, reasonOf, SessionTokens, type Sid, type SsoSession } from '#session';
import { Idps } from '../idps/idps.js';
import type { Idp } from '../idps/idp.js';
import { type AccessToken, AccessTokens } from './access-tokens.js';
import { LEASE_MS, TokenRefresh } from './token-refresh.js';

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 500;

/**
 * {@link AccessTokens} with one refresh at a time for each session: on this replica those who need it share one promise,
 * on all replicas the session's row says who may.
 */
@Injectable()
export class RefreshedAccessTokens extends AccessTokens implements BeforeApplicationShutdown {
  private readonly logger = new Logger(RefreshedAccessTokens.name);
  private readonly underWay = new Map<Sid, Promise<AccessToken>>();

  constructor(
    private readonly tokens: SessionTokens,
    private readonly refresh: TokenRefresh,
    private readonly idps: Idps,
    private readonly clock: Clock,
  ) {
    super();
  }

  async of(session: SsoSession): Promise<AccessToken> {
    const idp = this.idps.find(session.iss, session.clientId);
    if (idp === undefined) return { kind: 'unavailable' }; // it was taken out of the configuration
    const plan = await this.plan(session.sid, idp);
    switch (plan.kind) {
      case 'use':
        return { kind: 'token', token: plan.token };
      case 'use_and_refresh':
        this.once(session, idp).catch((error: unknown) => {
          this.logger.error(`refresh.failed sid=${session.sid} reason=${reasonOf(error)}`);
        });
        return { kind: 'token', token: plan.token };
      case 'sign_in':
        return { kind: 'sign_in_needed' };
      case 'not_yet':
        return { kind: 'unavailable' };
      case 'refresh':
      case 'wait':
        return this.once(session, idp);
    }
  }

  /** What was sent to an IdP is waited for: its answer can't be had twice. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.allSettled(this.underWay.values());
  }

  private once(session: SsoSession, idp: Idp): Promise<AccessToken> {
    const present = this.underWay.get(session.sid);
    if (present !== undefined) return present;
    const begun = this.renew(session, idp).finally(() => this.underWay.delete(session.sid));
    this.underWay.set(session.sid, begun);
    return begun;
  }

  /** Looks, refreshes or waits, and looks again, until there is an answer. Ends with the lease of whoever is at it. */
  private async renew(session: SsoSession, idp: Idp): Promise<AccessToken> {
    const latest = this.clock.now().getTime() + 2 * LEASE_MS;
    for (let pauseMs = FIRST_PAUSE_MS; this.clock.now().getTime() < latest;) {
      const plan = await this.plan(session.sid, idp);
      switch (plan.kind) {
        case 'use':
          return { kind: 'token', token: plan.token };
        case 'sign_in':
          return { kind: 'sign_in_needed' };
        case 'not_yet':
          return { kind: 'unavailable' };
        case 'wait':
          await setTimeout(pauseMs);
          pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
          continue;
        case 'use_and_refresh':
        case 'refresh': {
          const result = await this.refresh.run({ session, idp, held: plan.held, refreshToken: plan.refreshToken });
          if (result.kind !== 'look') return result;
        }
      }
    }
    return { kind: 'unavailable' };
  }

  private async plan(sid: Sid, { refreshTokenStays }: Idp) {
    const held = await this.tokens.read(sid);
    if (held === undefined) return { kind: 'sign_in' } as const;
    return { ...planRefresh(held, this.clock.now(), { leaseMs: LEASE_MS, refreshTokenStays }), held };
  }
}
