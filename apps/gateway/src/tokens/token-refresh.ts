import { Injectable, Logger } from '@nestjs/common';
import { judgeRefreshedIdToken, OidcError, type RefreshResponse } from '#oidc';
import {
  Clock,
  judgeRefresh,
  reasonOf,
  refreshedTokens,
  type RefreshVerdict,
  SessionTokens,
  type SessionTokenSet,
  type SsoSession,
  SsoSessions,
} from '#session';
import type { Idp } from '../idps/idp.js';
import type { AccessToken } from './access-tokens.js';
import { IdpRests } from './idp-rests.js';
import { retried } from './retried.js';
import { UnwantedTokens } from './unwanted-tokens.js';

/** A refresh that somebody wants, of the tokens as they were read. */
export interface WantedRefresh {
  readonly session: SsoSession;
  readonly idp: Idp;
  readonly held: SessionTokenSet;
  readonly refreshToken: string;
}

/** What a refresh has brought. `look`: what there is now must be read anew, or somebody else is at it. */
export type RefreshResult = AccessToken | { readonly kind: 'look' };

/** One has the right to refresh for so long: the request's own limit (10 s), and time to write down what came. */
export const LEASE_MS = 15_000;
const REST_MS = 1_000;
const LONG_REST_MS = 60_000;

/** Refreshes the tokens of one session once: takes the right to, sends, and writes down what came of it. */
@Injectable()
export class TokenRefresh {
  private readonly logger = new Logger(TokenRefresh.name);
  private readonly rests = new IdpRests();

  constructor(
    private readonly tokens: SessionTokens,
    private readonly sessions: SsoSessions,
    private readonly unwanted: UnwantedTokens,
    private readonly clock: Clock,
  ) {}

  async run(wanted: WantedRefresh): Promise<RefreshResult> {
    const { session, idp, held, refreshToken } = wanted;
    if (this.rests.has(idp, this.clock.now())) return { kind: 'unavailable' };
    if (!(await this.knowsIdp(idp))) return { kind: 'unavailable' };
    const sentAt = this.clock.now();
    const options = { leaseMs: LEASE_MS, again: idp.refreshTokenStays };
    if (!(await this.tokens.begin(session.sid, held.generation, sentAt, options))) return { kind: 'look' };
    const answer = judgeRefresh(await idp.client.refresh(refreshToken));
    const verdict = answer.kind === 'tokens' ? await this.verify(wanted, answer.response) : answer;
    return verdict.kind === 'tokens' ? this.keep(wanted, verdict.response, sentAt) : this.settle(wanted, verdict);
  }

  /** Asked before the right to refresh is taken, so that the lease is spent on the one request alone. */
  private async knowsIdp(idp: Idp): Promise<boolean> {
    return idp.client.metadata().then(
      () => true,
      (error: unknown) => {
        this.logger.warn(`refresh.idp.unavailable idp=${idp.name} reason=${reasonOf(error)}`);
        this.rests.begin(idp, this.clock.now(), REST_MS);
        return false;
      },
    );
  }

  /** Believes new tokens unless their ID token speaks against it. */
  private async verify(
    { session, idp, held }: WantedRefresh,
    response: RefreshResponse,
  ): Promise<RefreshVerdict | { readonly kind: 'other_person'; readonly claim: string }> {
    const { idToken, accessToken } = response;
    if (idToken === undefined) return { kind: 'tokens', response };
    try {
      const judged = await judgeRefreshedIdToken(idToken, idp.client.keys(), {
        ...{ issuer: idp.issuer, clientId: idp.clientId, algorithm: idp.algorithm, accessToken },
        ...{ sub: session.sub, authTime: session.authTime, previousIdToken: held.tokens.idToken },
        now: this.clock.now(),
      });
      if (judged.kind === 'same') return { kind: 'tokens', response };
      if (judged.kind === 'other_person') return judged;
      this.logger.error(`refresh.tokens.discarded sid=${session.sid} reason=${judged.kind}`);
      return { kind: 'refused', reason: judged.kind, probeNow: false };
    } catch (error) {
      this.logger.error(`refresh.tokens.discarded sid=${session.sid} reason=${reasonOf(error)}`);
      // a bad ID token is a judgement; keys that could not be had are none
      return error instanceof OidcError && error.code === 'OIDC_ID_TOKEN_INVALID'
        ? { kind: 'refused', reason: 'id_token', probeNow: false }
        : { kind: 'ambiguous', reason: 'keys' };
    }
  }

  private async keep(
    { session, idp, held }: WantedRefresh,
    response: RefreshResponse,
    sentAt: Date,
  ): Promise<RefreshResult> {
    const { sid } = session;
    const next = refreshedTokens(held.tokens, response, sentAt);
    const isKept = await retried(() => this.tokens.store(sid, held.generation, next, sentAt));
    if (isKept) {
      this.logger.debug(`refresh.done sid=${sid}`);
      return { kind: 'token', token: response.accessToken };
    }
    const hasEnded = (await this.sessions.find(sid))?.ended !== undefined;
    this.logger.log(`refresh.tokens.discarded sid=${sid} reason=${hasEnded ? 'session_ended' : 'newer_tokens'}`);
    // of a session that goes on they are left alone: revoking one may end the grant that its newer tokens have too
    if (hasEnded && response.refreshToken !== undefined) {
      const { refreshToken } = response;
      this.unwanted.revoke({ idp, refreshToken });
    }
    return { kind: 'look' };
  }

  private async settle(
    { session: { sid }, idp, held }: WantedRefresh,
    verdict: Exclude<Awaited<ReturnType<TokenRefresh['verify']>>, { kind: 'tokens' }>,
  ): Promise<RefreshResult> {
    const now = this.clock.now();
    const settle = (kind: 'idle' | 'ambiguous' | 'refused', probeNow = false) =>
      retried(() => this.tokens.settle(sid, held.generation, kind, now, { probeNow }));
    switch (verdict.kind) {
      case 'refused':
        this.logger.log(`refresh.refused sid=${sid} reason=${verdict.reason}`);
        await settle('refused', verdict.probeNow);
        return { kind: 'look' };
      case 'ambiguous':
        this.logger.warn(`refresh.ambiguous sid=${sid} reason=${verdict.reason}`);
        await settle('ambiguous');
        return { kind: 'look' };
      case 'unavailable':
        this.logger.warn(`refresh.idp.unavailable idp=${idp.name} reason=${verdict.reason}`);
        this.rests.begin(idp, now, Math.min((verdict.retryAfterS ?? 0) * 1000 || REST_MS, LONG_REST_MS));
        await settle('idle');
        return { kind: 'unavailable' };
      case 'misconfigured':
        this.logger.error(
          `refresh.client_refused idp=${idp.name} reason=${verdict.reason}; check the client at the IdP`,
        );
        this.rests.begin(idp, now, LONG_REST_MS);
        await settle('idle');
        return { kind: 'unavailable' };
      case 'other_person':
        this.logger.error(`refresh.tokens.discarded sid=${sid} reason=other_${verdict.claim}; the session is ended`);
        await this.endAsStolen(sid, now);
        return { kind: 'sign_in_needed' };
    }
  }

  /** Whoever answers a refresh token for somebody else mixes people up: the one session it was about is not trusted on. */
  private async endAsStolen(sid: SsoSession['sid'], now: Date): Promise<void> {
    await retried(() =>
      this.sessions.end({
        of: { kind: 'sid', sid },
        cause: 'token_reuse',
        causeId: sid,
        effectiveAt: now,
        evidence: { method: 'refresh', strength: 'strong', probes: 1 },
        initiatingEntity: 'policy',
      }),
    );
  }
}
