import { Injectable, Logger } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { reasonOf, SsoSessions } from '#session';
import { type ReadSession, SessionReader } from '../http/session-reader.js';
import type { SignInRequest } from './sign-in.js';

/** The session that a browser has when it asks to sign in. */
@Injectable()
export class PresentSession {
  private readonly logger = new Logger(PresentSession.name);

  constructor(
    private readonly reader: SessionReader,
    private readonly sessions: SsoSessions,
  ) {}

  read(request: FastifyRequest): Promise<ReadSession> {
    return this.reader.read(request);
  }

  /**
   * Gives what the sign-in should know of it. A silent request names whose session it asks about to the IdP; an interactive
   * one does not, since anybody may sign in then: the session is remembered only because a `Strict` cookie does not come
   * back from the IdP.
   */
  async hintOf(read: ReadSession, flow: SignInRequest['flow']): Promise<SignInRequest['hint']> {
    if (read.kind !== 'usable') return undefined;
    const { sid, sub } = read.session.sso;
    const session = { sid, sub };
    if (flow === 'interactive') return { session, idToken: undefined };
    const tokens = await this.sessions.tokensOf(sid).catch((error: unknown) => {
      this.logger.error(`sign_in.hint.unreadable sid=${sid} reason=${reasonOf(error)}`);
      return undefined; // without a hint the answer ends no session
    });
    return tokens === undefined ? undefined : { session, idToken: tokens.idToken };
  }
}
