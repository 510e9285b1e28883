import { Injectable, Logger } from '@nestjs/common';
import {
  Clock,
  issuerProfile,
  judgeIntrospection,
  type LoginTransaction,
  reasonOf,
  SessionTokens,
  type Verdict,
} from '#session';
import type { Idp } from '../idps/idp.js';

const TIMEOUT_MS = 5_000;
/** How our own IdP's tokens are judged: bound to the session, and the configuration vouches for that. */
const BOUND = issuerProfile('session-sync');
/** There is nothing that could be asked, now or later: then the refusal is all there is. */
const NOTHING_TO_ASK: readonly string[] = ['no_token', 'token_expired', 'endpoint'];

/**
 * Asks an IdP that has just said `login_required` about a token of the very session. IdPs say so also of people who are
 * signed in and do not want that to happen by itself.
 */
@Injectable()
export class Contradiction {
  private readonly logger = new Logger(Contradiction.name);

  constructor(
    private readonly tokens: SessionTokens,
    private readonly clock: Clock,
  ) {}

  /**
   * Whether the refusal ends the session. `no`: the IdP calls a token of this person active, which it would not after the
   * session's end. `unknown`: it could not be found out now, and not knowing ends nothing. Where tokens outlive the session
   * they say nothing, and the refusal stands.
   */
  async refusalStands(idp: Idp, hint: NonNullable<LoginTransaction['hint']>): Promise<'yes' | 'no' | 'unknown'> {
    if (!idp.tokensEndWithSession) return 'yes';
    const verdict = await this.ask(idp, hint);
    if (verdict.kind === 'active') return 'no';
    if (verdict.kind === 'ended') return 'yes';
    return NOTHING_TO_ASK.includes(verdict.reason) ? 'yes' : 'unknown';
  }

  private async ask(idp: Idp, { sid, sub }: NonNullable<LoginTransaction['hint']>): Promise<Verdict> {
    try {
      const tokens = (await this.tokens.read(sid))?.tokens;
      const isRefresh = tokens?.refreshToken !== undefined;
      const token = tokens?.refreshToken ?? tokens?.accessToken;
      if (token === undefined) return { kind: 'unknown', reason: 'no_token' };
      const kind = isRefresh ? 'refresh_token' : 'access_token';
      const outcome = await idp.client.introspect(token, kind, AbortSignal.timeout(TIMEOUT_MS));
      const tokenExpiresAt = isRefresh ? tokens.refreshExpiresAt : tokens?.accessExpiresAt;
      const target = { clientId: idp.clientId, sub, token: kind, tokenExpiresAt } as const;
      return judgeIntrospection(outcome, target, BOUND, true, this.clock.now());
    } catch (error) {
      this.logger.error(`sign_in.tokens.unreadable sid=${sid} reason=${reasonOf(error)}`);
      return { kind: 'unknown', reason: 'internal' };
    }
  }
}
