import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomToken, type SilentOutcome } from '#oidc';
import { parseSub, SsoSessions } from '#session';
import { FrontEnds } from '../front-ends/front-ends.js';
import { Cookies } from '../http/cookies.js';
import { type ReadSession, SessionReader } from '../http/session-reader.js';
import { endingByAnswer } from './refused-sign-in.js';
import { SessionTimes } from './session-times.js';
import type { SignInResult } from './sign-in.js';

type Verified = Extract<SignInResult, { kind: 'verified' }>;

/** Opens the session of a verified sign-in, or renews the one that the browser has. */
@Injectable()
export class OpenSession {
  private readonly logger = new Logger(OpenSession.name);

  constructor(
    private readonly sessions: SsoSessions,
    private readonly frontEnds: FrontEnds,
    private readonly reader: SessionReader,
    private readonly cookies: Cookies,
    private readonly times: SessionTimes,
  ) {}

  async run(result: Verified, request: FastifyRequest, reply: FastifyReply): Promise<SilentOutcome> {
    const { transaction, claims } = result;
    const sub = parseSub(claims.sub);
    if (sub === undefined) return 'failed';
    const read = await this.reader.read(request);
    const present = presentOf(read, result);
    if (present !== undefined && (present.sub !== sub || present.iss !== claims.iss)) {
      // somebody else is signed in at the IdP: the original person has left (Session Management 3.1)
      await this.sessions.end(endingByAnswer(present.sid, this.times.now()));
      this.cookies.clear(reply, 'session');
      if (transaction.flow !== 'interactive') return 'account_changed';
    }
    const frontEnd = this.frontEnds.of(request);
    const signIn = this.times.newSession(result, sub, frontEnd);
    if (signIn.expiresAt <= this.times.now()) return 'login_required'; // the IdP says itself that its session is over
    const token = randomToken();
    const opened = await this.sessions.open(signIn, {
      token,
      frontEnd: transaction.frontEnd,
      expiresAt: this.times.idleEnd(frontEnd),
      replaces: read.kind === 'usable' ? read.token : undefined,
    });
    if (opened.kind === 'ended_meanwhile') return 'login_required';
    this.cookies.set(reply, 'session', token);
    this.logger.log(`session.opened sid=${opened.sid} flow=${transaction.flow} cid=${transaction.correlationId}`);
    return 'signed_in';
  }
}

/**
 * The session that the browser has: as its cookie says, else as it was when the sign-in began. A cookie that is `Strict`, or
 * in a frame, need not come back from the IdP with the browser.
 */
function presentOf(read: ReadSession, { transaction: { hint, iss } }: Verified) {
  if (read.kind === 'usable') return read.session.sso;
  return hint && { ...hint, iss };
}
