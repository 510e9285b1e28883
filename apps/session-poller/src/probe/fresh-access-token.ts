import {
  type ClaimedSession,
  type Clock,
  judgeRefreshEnd,
  saidItIsOver,
  slidesIdle,
  type TokenSet,
  TOKEN_SKEW_MS,
  type Verdict,
} from '#session';
import type { WatchedIdp } from '../idps/watched-idp.js';
import type { SessionRefresher } from './session-refresher.js';

/** Tokens to ask with; `tokenGeneration` where they were renewed for it. Or why nobody can ask. */
export type TokensToAsk =
  | { readonly kind: 'tokens'; readonly tokens: TokenSet; readonly tokenGeneration?: number }
  | { readonly kind: 'verdict'; readonly verdict: Verdict };

/** Gives an access token that lives, where a refresh does not keep the IdP session from idling out (POL-03). */
export class FreshAccessToken {
  constructor(
    private readonly idp: WatchedIdp,
    private readonly refresher: SessionRefresher,
    private readonly clock: Clock,
  ) {}

  /** Gives the tokens as they are when they serve, or can't be renewed. */
  async of(session: ClaimedSession, tokens: TokenSet): Promise<TokensToAsk> {
    const as = { kind: 'tokens', tokens } as const;
    if (!this.hasRunOut(tokens) || !this.mayRefresh()) return as;
    if (session.refresh.kind === 'refused') return as;
    const refreshed = await this.refresher.run(session, this.idp);
    if (refreshed === undefined) return as;
    const { end, held } = refreshed;
    if (end.kind === 'refreshed' && !saidItIsOver(end, this.clock.now()))
      return { kind: 'tokens', tokens: end.tokens, tokenGeneration: end.generation };
    const { profile } = this.idp;
    // that a refresh is refused is no word of this way to ask: it must not be half of its evidence
    const question = { tokensSince: held.since, refreshExpiresAt: held.tokens.refreshExpiresAt };
    const strict = { ...question, calibrated: false, grantGoneIsLogout: false };
    return {
      kind: 'verdict',
      verdict: judgeRefreshEnd(end, strict, { ...profile, tokensBound: false }, this.clock.now()),
    };
  }

  private hasRunOut({ accessToken, accessExpiresAt, refreshToken }: TokenSet): boolean {
    if (refreshToken === undefined) return false;
    if (accessToken === undefined) return true;
    return accessExpiresAt !== undefined && accessExpiresAt.getTime() <= this.clock.now().getTime() + TOKEN_SKEW_MS;
  }

  private mayRefresh(): boolean {
    return !slidesIdle(this.idp.profile, 'refresh') || this.idp.entry.probe.allowKeepalive;
  }
}
