import { Logger } from '@nestjs/common';
import { REFRESH_LEASE_MS, SessionRefresh } from '#idp-client';
import type { ClaimedSession, Clock, RefreshEnd, SessionTokens, SessionTokenSet, SsoSessions } from '#session';
import type { WatchedIdp } from '../idps/watched-idp.js';
import { SaidLately } from '../poll/said-lately.js';

/** What a refresh by a probe brought, and of which tokens. */
export interface RefreshedForProbe {
  readonly end: RefreshEnd;
  readonly held: SessionTokenSet;
}

/** Refreshes the tokens of a session that is being asked about, as its one writer, without losing its lease. */
export class SessionRefresher {
  private readonly logger = new Logger(SessionRefresher.name);
  private readonly refresh: SessionRefresh;
  private readonly said: SaidLately;

  constructor(
    private readonly tokens: SessionTokens,
    sessions: SsoSessions,
    private readonly clock: Clock,
  ) {
    this.refresh = new SessionRefresh(tokens, sessions, clock);
    this.said = new SaidLately(clock);
  }

  /**
   * Sends the refresh token, if there is one that may be sent.
   *
   * @returns undefined when there is none: none was given, or an answer was lost that may have replaced it
   */
  async run(session: ClaimedSession, idp: WatchedIdp): Promise<RefreshedForProbe | undefined> {
    const { client, entry } = idp;
    const held = await this.tokens.read(session.sid);
    if (held?.tokens.refreshToken === undefined) return undefined;
    const refreshTokenStays = entry.refreshTokens === 'stay';
    if (!this.maySend(held, refreshTokenStays)) return undefined;
    if (held.generation !== session.tokenGeneration) return { end: { kind: 'not_granted' }, held };
    const end = await this.refresh.run({
      ...{ session, client, held, refreshTokenStays, algorithm: entry.algorithm },
      refreshToken: held.tokens.refreshToken,
      probe: { leaseId: session.leaseId },
    });
    if (end.kind === 'refreshed' && end.saidEnd === 'unusable' && this.said.isNew(idp.name))
      this.logger.warn(`refresh.session_expiry.unusable idp=${idp.name} sid=${session.sid}`);
    return { end, held };
  }

  private maySend({ refresh }: SessionTokenSet, refreshTokenStays: boolean): boolean {
    if (refresh.kind === 'idle' || refresh.kind === 'refused') return true;
    return refreshTokenStays && this.clock.now().getTime() - refresh.since.getTime() >= REFRESH_LEASE_MS;
  }
}
