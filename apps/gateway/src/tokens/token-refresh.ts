import { Injectable, Logger } from '@nestjs/common';
import { SessionRefresh } from '#idp-client';
import {
  Clock,
  type RefreshEnd,
  saidItIsOver,
  SessionTokens,
  type SessionTokenSet,
  type SsoSession,
  SsoSessions,
} from '#session';
import type { Idp } from '../idps/idp.js';
import { GatewayMetrics } from '../metrics/gateway-metrics.js';
import type { AccessToken } from './access-tokens.js';
import { IdpRests } from './idp-rests.js';
import { UnwantedTokens } from './unwanted-tokens.js';

export { REFRESH_LEASE_MS as LEASE_MS } from '#idp-client';

/** A refresh that somebody wants, of the tokens as they were read. */
export interface WantedRefresh {
  readonly session: SsoSession;
  readonly idp: Idp;
  readonly held: SessionTokenSet;
  readonly refreshToken: string;
}

/** What a refresh has brought. `look`: what there is now must be read anew, or somebody else is at it. */
export type RefreshResult = AccessToken | { readonly kind: 'look' };

const REST_MS = 1_000;
const LONG_REST_MS = 60_000;

/** Refreshes the tokens of one session once, says in the log what came of it, and lets an IdP rest that asks for it. */
@Injectable()
export class TokenRefresh {
  private readonly logger = new Logger(TokenRefresh.name);
  private readonly rests = new IdpRests();
  private readonly refresh: SessionRefresh;

  constructor(
    tokens: SessionTokens,
    sessions: SsoSessions,
    private readonly unwanted: UnwantedTokens,
    private readonly clock: Clock,
    private readonly metrics: GatewayMetrics,
  ) {
    this.refresh = new SessionRefresh(tokens, sessions, clock);
  }

  async run({ session, idp, held, refreshToken }: WantedRefresh): Promise<RefreshResult> {
    if (this.rests.has(idp, this.clock.now())) return { kind: 'unavailable' };
    const { client, algorithm, refreshTokenStays } = idp;
    const end = await this.refresh.run({ session, client, algorithm, held, refreshToken, refreshTokenStays });
    if (end.kind !== 'not_granted') this.metrics.refreshed(idp.issuer, end.kind);
    return this.after(end, session.sid, idp);
  }

  private after(end: RefreshEnd, sid: SsoSession['sid'], idp: Idp): RefreshResult {
    switch (end.kind) {
      case 'refreshed':
        this.logger.debug(`refresh.done sid=${sid}`);
        if (end.saidEnd === 'unusable') this.logger.warn(`refresh.session_expiry.unusable idp=${idp.name} sid=${sid}`);
        if (saidItIsOver(end, this.clock.now())) return { kind: 'sign_in_needed' };
        return end.tokens.accessToken === undefined
          ? { kind: 'look' }
          : { kind: 'token', token: end.tokens.accessToken };
      case 'not_granted':
        return { kind: 'look' };
      case 'idp_unknown':
        this.logger.warn(`refresh.idp.unavailable idp=${idp.name} reason=${end.reason}`);
        this.rests.begin(idp, this.clock.now(), REST_MS);
        return { kind: 'unavailable' };
      case 'unavailable':
        this.logger.warn(`refresh.idp.unavailable idp=${idp.name} reason=${end.reason}`);
        this.rests.begin(idp, this.clock.now(), Math.min((end.retryAfterS ?? 0) * 1000 || REST_MS, LONG_REST_MS));
        return { kind: 'unavailable' };
      case 'misconfigured':
        this.logger.error(`refresh.client_refused idp=${idp.name} reason=${end.reason}; check the client at the IdP`);
        this.rests.begin(idp, this.clock.now(), LONG_REST_MS);
        return { kind: 'unavailable' };
      default:
        return this.afterNoTokens(end, sid, idp);
    }
  }

  /** Nothing came that this session may use. */
  private afterNoTokens(
    end: Extract<RefreshEnd, { kind: 'overtaken' | 'refused' | 'discarded' | 'ambiguous' | 'other_person' }>,
    sid: SsoSession['sid'],
    idp: Idp,
  ): RefreshResult {
    switch (end.kind) {
      case 'overtaken':
        this.logger.log(
          `refresh.tokens.discarded sid=${sid} reason=${end.hasEnded ? 'session_ended' : 'newer_tokens'}`,
        );
        // of a session that goes on they are left alone: revoking one may end the grant that its newer tokens have too
        if (end.hasEnded && end.refreshToken !== undefined)
          this.unwanted.revoke({ idp, refreshToken: end.refreshToken });
        return { kind: 'look' };
      case 'refused':
        this.logger.log(`refresh.refused sid=${sid} reason=${end.reason}`);
        return { kind: 'look' };
      case 'discarded':
        this.logger.error(`refresh.tokens.discarded sid=${sid} reason=${end.reason}`);
        return { kind: 'look' };
      case 'ambiguous':
        this.logger.warn(`refresh.ambiguous sid=${sid} reason=${end.reason}`);
        return { kind: 'look' };
      case 'other_person':
        this.logger.error(`refresh.tokens.discarded sid=${sid} reason=other_${end.claim}; the session is ended`);
        return { kind: 'sign_in_needed' };
    }
  }
}
