import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { endsLocalSession, randomToken, type SilentOutcome, silentOutcomeOf } from '#oidc';
import { Clock, type NewSsoSession, parseSub, type Sid, SsoSessions, type Sub } from '#session';
import { Cookies } from '../http/cookies.js';
import { sendOn } from '../http/page.js';
import { SessionLife } from '../http/session-life.js';
import { SessionReader } from '../http/session-reader.js';
import { answerSignIn } from './answer-sign-in.js';
import { type SignInResult, withoutHintUrl } from './sign-in.js';

type Verified = Extract<SignInResult, { kind: 'verified' }>;
type Refused = Extract<SignInResult, { kind: 'refused' }>;

/** Turns what the strategy found into a session, or into a typed refusal. */
@Injectable()
export class FinishSignIn {
  private readonly logger = new Logger(FinishSignIn.name);

  constructor(
    private readonly sessions: SsoSessions,
    private readonly reader: SessionReader,
    private readonly cookies: Cookies,
    private readonly life: SessionLife,
    private readonly clock: Clock,
  ) {}

  async run(result: SignInResult, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (result.kind === 'refused' && result.error === 'invalid_request' && result.transaction.hint !== undefined) {
      sendOn(reply, withoutHintUrl(result.transaction)); // some IdPs take only the newest ID token for a hint
      return;
    }
    if (result.kind === 'unknown_state' && result.hasCode && !this.cookies.hasRestarted(request)) {
      this.cookies.markRestarted(reply); // some IdPs finish an older request of the browser first: once more, never twice
      sendOn(reply, '/bff/login');
      return;
    }
    const outcome = await this.outcomeOf(result, request, reply);
    if (outcome !== 'signed_in') this.logger.log(`sign_in.refused outcome=${outcome} kind=${result.kind}`);
    answerSignIn(reply, result, outcome);
  }

  private async outcomeOf(result: SignInResult, request: FastifyRequest, reply: FastifyReply): Promise<SilentOutcome> {
    switch (result.kind) {
      case 'verified':
        return this.open(result, request, reply);
      case 'refused':
        return this.refuse(result, reply);
      case 'unavailable':
        return 'unavailable';
      case 'client_refused':
      case 'unknown_state':
      case 'rejected':
        return 'failed';
    }
  }

  private async open(result: Verified, request: FastifyRequest, reply: FastifyReply): Promise<SilentOutcome> {
    const { transaction, claims } = result;
    const sub = parseSub(claims.sub);
    if (sub === undefined) return 'failed';
    const read = await this.reader.read(request);
    const present = read.kind === 'usable' ? read.session.sso : undefined;
    if (present !== undefined && (present.sub !== sub || present.iss !== claims.iss)) {
      // somebody else is signed in at the IdP: the original person has left (Session Management 3.1)
      await this.endSilently(present.sid);
      this.cookies.clear(reply, 'session');
      if (transaction.flow !== 'interactive') return 'account_changed';
    }
    const now = this.clock.now();
    const token = randomToken();
    const replaces = read.kind === 'usable' ? read.token : undefined;
    const browser = { token, frontEnd: transaction.frontEnd, expiresAt: this.life.idleEnd(now), replaces };
    const opened = await this.sessions.open(this.newSession(result, sub, now), browser);
    if (opened.kind === 'ended_meanwhile') return 'login_required';
    this.cookies.set(reply, 'session', token);
    this.logger.log(`session.opened sid=${opened.sid} flow=${transaction.flow}`);
    return 'signed_in';
  }

  private newSession({ transaction, claims, tokens }: Verified, sub: Sub, now: Date): NewSsoSession {
    const after = (seconds: number | undefined) =>
      seconds === undefined ? undefined : new Date(now.getTime() + seconds * 1000);
    return {
      iss: claims.iss,
      clientId: transaction.clientId,
      sub,
      idpSid: claims.idpSid,
      idTokenIssuedAt: claims.issuedAt,
      authTime: claims.authTime,
      tokens: {
        idToken: tokens.idToken,
        accessToken: tokens.accessToken,
        accessExpiresAt: after(tokens.expiresInS),
        refreshToken: tokens.refreshToken,
        refreshExpiresAt: after(tokens.refreshExpiresInS),
      },
      expiresAt: this.life.absoluteEnd(now),
      firstProbeAt: this.life.firstProbe(now, Math.random()),
    };
  }

  private async refuse({ transaction, error }: Refused, reply: FastifyReply): Promise<SilentOutcome> {
    const { hint, flow } = transaction;
    if (hint !== undefined && endsLocalSession(error, { topLevel: flow === 'silent-top', hinted: true })) {
      await this.endSilently(hint.sid);
      this.cookies.clear(reply, 'session');
    }
    return silentOutcomeOf(error);
  }

  private async endSilently(sid: Sid): Promise<void> {
    await this.sessions.end({
      of: { kind: 'sid', sid },
      cause: 'silent_check',
      causeId: sid,
      effectiveAt: this.clock.now(),
      evidence: { method: 'prompt_none', strength: 'strong', probes: 1 },
      initiatingEntity: 'user',
    });
  }
}
