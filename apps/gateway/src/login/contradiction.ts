import { Injectable, Logger } from '@nestjs/common';
import { z } from 'zod';
import { type LoginTransaction, reasonOf, SsoSessions } from '#session';
import type { Idp } from '../idps/idp.js';

const TIMEOUT_MS = 5_000;
const Active = z.object({ active: z.literal(true), sub: z.string() });

/**
 * Asks an IdP that has just said `login_required` about a token of the very session. IdPs say so also of people who are
 * signed in and do not want that to happen by itself.
 */
@Injectable()
export class Contradiction {
  private readonly logger = new Logger(Contradiction.name);

  constructor(private readonly sessions: SsoSessions) {}

  /**
   * Whether the refusal ends nothing: the IdP calls a token of this person active, which it would not after the session's
   * end; or it can't be asked just now, and then nobody knows. Never where tokens outlive the session.
   */
  async isThere(idp: Idp, { sid, sub }: NonNullable<LoginTransaction['hint']>): Promise<boolean> {
    if (!idp.tokensEndWithSession) return false;
    const tokens = await this.sessions.tokensOf(sid).catch((error: unknown) => {
      this.logger.error(`sign_in.tokens.unreadable sid=${sid} reason=${reasonOf(error)}`);
      return undefined;
    });
    const kind = tokens?.refreshToken === undefined ? 'access_token' : 'refresh_token';
    const token = tokens?.refreshToken ?? tokens?.accessToken;
    if (token === undefined) return false;
    const outcome = await idp.client.introspect(token, kind, AbortSignal.timeout(TIMEOUT_MS));
    if (outcome.kind === 'unreachable' || outcome.status >= 500 || outcome.status === 429) return true;
    const answer = Active.safeParse(outcome.body);
    return outcome.status === 200 && answer.success && answer.data.sub === sub;
  }
}
