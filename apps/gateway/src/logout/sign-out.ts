import { Injectable, Logger } from '@nestjs/common';
import { randomToken } from '#oidc';
import { Clock, type Ending, reasonOf, type SsoSession, SsoSessions } from '#session';
import { TokenRevocation } from './token-revocation.js';

/** A sign-out that has happened here. */
export interface SignedOut {
  /** names it to whoever asks for its receipts; nobody can guess it */
  readonly logoutId: string;
  /** for the IdP, so that it need not ask; undefined when it can't be decrypted */
  readonly idTokenHint: string | undefined;
}

/** Ends the session of a person who wants to leave: here, at once, whatever becomes of it at the IdP. */
@Injectable()
export class SignOut {
  private readonly logger = new Logger(SignOut.name);

  constructor(
    private readonly sessions: SsoSessions,
    private readonly revocation: TokenRevocation,
    private readonly clock: Clock,
  ) {}

  /** Ends this session, or with `everywhere` every session of the person, in one transaction. */
  async run(sso: SsoSession, options: { readonly everywhere: boolean }): Promise<SignedOut> {
    const tokens = await this.sessions.tokensOf(sso.sid).catch((error: unknown) => {
      this.logger.error(`logout.tokens.unreadable sid=${sso.sid} reason=${reasonOf(error)}`);
      return undefined; // without the hint the IdP asks the person; here the session ends all the same
    });
    const logoutId = randomToken();
    const { ended } = await this.sessions.end(this.endingOf(sso, logoutId, options.everywhere));
    const cause = options.everywhere ? 'user_global_logout' : 'rp_initiated';
    this.logger.log(`session.ended sid=${sso.sid} reason=${cause} sessions=${ended.length}`);
    this.revocation.begin(ended);
    return { logoutId, idTokenHint: tokens?.idToken };
  }

  private endingOf({ sid, iss, sub }: SsoSession, causeId: string, everywhere: boolean): Ending {
    const said = {
      causeId,
      effectiveAt: this.clock.now(),
      evidence: { method: 'rp_initiated', strength: 'strong', probes: 0 },
      initiatingEntity: 'user',
    } as const;
    return everywhere
      ? { of: { kind: 'person', iss, sub }, cause: 'user_global_logout', ...said }
      : { of: { kind: 'sid', sid }, cause: 'rp_initiated', ...said };
  }
}
