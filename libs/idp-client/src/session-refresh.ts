import { judgeRefreshedIdToken, OidcError, type RefreshResponse } from '#oidc';
import {
  ceilingOfRefresh,
  type Clock,
  judgeRefresh,
  type RefreshEnd,
  refreshedTokens,
  type RefreshVerdict,
  type SessionTokens,
  type SessionTokenSet,
  type SsoSession,
  type SsoSessions,
} from '#session';
import { obstacleOf } from './discovery.js';
import type { IdpClient } from './idp-client.js';
import { REQUEST_LIMIT_MS } from './idp-http.js';
import { retried } from './retried.js';

/** A refresh that somebody wants, of the tokens as they were read. */
export interface WantedRefresh {
  readonly session: Pick<SsoSession, 'sid' | 'sub' | 'authTime'>;
  /** the client that the tokens were given to */
  readonly client: IdpClient;
  /** the one algorithm of its ID tokens */
  readonly algorithm: string;
  readonly held: SessionTokenSet;
  readonly refreshToken: string;
  /** the IdP takes the same refresh token again, after a lost answer too */
  readonly refreshTokenStays: boolean;
  /** the lease of the probe that wants it, which keeps it */
  readonly probe?: { readonly leaseId: string } | undefined;
}

/** One has the right to refresh for so long, 15 s: the request's own limit, and time to write down what came. */
export const REFRESH_LEASE_MS = REQUEST_LIMIT_MS + 5_000;

type SaidEnd = Extract<RefreshEnd, { kind: 'refreshed' }>['saidEnd'];
type Judged =
  | Exclude<RefreshVerdict, { kind: 'tokens' }>
  | Extract<RefreshEnd, { kind: 'other_person' | 'discarded' }>
  | { readonly kind: 'tokens'; readonly response: RefreshResponse; readonly saidEnd: SaidEnd };

/**
 * Refreshes the tokens of one session once: takes the right to, sends, verifies, and writes down what came of it. The one
 * way to use a refresh token, for whoever needs it (GW-21). Says what happened and logs nothing; callers do.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokens OIDC Core 12}
 */
export class SessionRefresh {
  constructor(
    private readonly tokens: SessionTokens,
    private readonly sessions: SsoSessions,
    private readonly clock: Clock,
  ) {}

  /** Never throws for what the IdP or the network does. @throws what the database does, after it was tried again */
  async run(wanted: WantedRefresh): Promise<RefreshEnd> {
    const { session, client, held, refreshToken, probe } = wanted;
    // asked before the right to refresh is taken, so that the lease is spent on the one request alone
    const obstacle = await client.metadata().then(() => undefined, obstacleOf);
    if (obstacle !== undefined) return { kind: 'idp_unknown', reason: obstacle };
    const sentAt = this.clock.now();
    const options = { leaseMs: REFRESH_LEASE_MS, again: wanted.refreshTokenStays, probe };
    if (!(await this.tokens.begin(session.sid, held.generation, sentAt, options))) return { kind: 'not_granted' };
    const answer = await client.refresh(refreshToken);
    const verdict = judgeRefresh(answer);
    const judged = verdict.kind === 'tokens' ? await this.verify(wanted, verdict.response) : verdict;
    if (judged.kind === 'tokens') return this.keep(wanted, judged, sentAt);
    await this.settle(wanted, judged);
    return judged.kind === 'refused' || judged.kind === 'unavailable' ? { ...judged, answer } : judged;
  }

  /** Believes new tokens unless their ID token speaks against it. */
  private async verify(
    { session, client, algorithm, held }: WantedRefresh,
    response: RefreshResponse,
  ): Promise<Judged> {
    const { idToken, accessToken } = response;
    if (idToken === undefined) return { kind: 'tokens', response, saidEnd: undefined };
    try {
      const judged = await judgeRefreshedIdToken(idToken, client.keys(), {
        ...{ issuer: client.issuer, clientId: client.clientId, algorithm, accessToken },
        ...{ sub: session.sub, authTime: session.authTime, previousIdToken: held.tokens.idToken },
        now: this.clock.now(),
      });
      if (judged.kind === 'same') return { kind: 'tokens', response, saidEnd: judged.sessionExpiry };
      return judged.kind === 'other_person' ? judged : { kind: 'discarded', reason: judged.kind };
    } catch (error) {
      // a bad ID token is a judgement; keys that could not be had are none
      return error instanceof OidcError && error.code === 'OIDC_ID_TOKEN_INVALID'
        ? { kind: 'discarded', reason: 'id_token' }
        : { kind: 'ambiguous', reason: 'keys' };
    }
  }

  private async keep(
    { session: { sid }, held }: WantedRefresh,
    { response, saidEnd }: Extract<Judged, { kind: 'tokens' }>,
    sentAt: Date,
  ): Promise<RefreshEnd> {
    const next = refreshedTokens(held.tokens, response, sentAt);
    const ceiling = ceilingOfRefresh(saidEnd, this.clock.now());
    const isKept = await retried(() => this.tokens.store(sid, held.generation, next, sentAt, ceiling));
    if (isKept) return { kind: 'refreshed', tokens: next, generation: held.generation + 1, saidEnd };
    const hasEnded = (await this.sessions.find(sid))?.ended !== undefined;
    return { kind: 'overtaken', hasEnded, refreshToken: response.refreshToken };
  }

  private async settle({ session: { sid }, held, probe }: WantedRefresh, judged: Exclude<Judged, { kind: 'tokens' }>) {
    const now = this.clock.now();
    const settle = (kind: 'idle' | 'ambiguous' | 'refused', probeNow = false) =>
      retried(() => this.tokens.settle(sid, held.generation, kind, now, { probeNow }));
    switch (judged.kind) {
      case 'refused':
        return settle('refused', judged.probeNow && probe === undefined); // a probe is what is under way
      case 'discarded':
        return settle('refused');
      case 'ambiguous':
        return settle('ambiguous');
      case 'unavailable':
      case 'misconfigured':
        return settle('idle');
      case 'other_person':
        return this.endAsStolen(sid, now);
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
