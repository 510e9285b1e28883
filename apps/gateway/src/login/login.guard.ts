import { type ExecutionContext, Injectable, Logger } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomToken } from '#oidc';
import { problem } from '#http';
import { reasonOf, SsoSessions } from '#session';
import { IdpError } from '#idp-client';
import { Cookies } from '../http/cookies.js';
import { FrontEnds } from '../http/front-ends.js';
import { SessionReader } from '../http/session-reader.js';
import { readSignInRequest } from './read-sign-in-request.js';
import type { StrategyOptions } from './oidc.strategy.js';
import type { SignInRequest } from './sign-in.js';

/** Sends the browser to the IdP, to sign in or (with `prompt=none`) to be recognised. The route behind it never runs. */
@Injectable()
export class LoginGuard extends AuthGuard('oidc') {
  private readonly logger = new Logger(LoginGuard.name);

  constructor(
    private readonly frontEnds: FrontEnds,
    private readonly cookies: Cookies,
    private readonly sessions: SessionReader,
    private readonly ssoSessions: SsoSessions,
  ) {
    super();
  }

  override async getAuthenticateOptions(context: ExecutionContext): Promise<StrategyOptions> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const frontEnd = this.frontEnds.of(request);
    const { withoutHint, ...wanted } = readSignInRequest(request, frontEnd);
    const hint = wanted.flow === 'interactive' || withoutHint ? undefined : await this.hintOf(request);
    return {
      action: 'begin',
      frontEnd,
      browser: this.browserOf(request, http.getResponse<FastifyReply>()),
      request: { ...wanted, hint },
    };
  }

  override handleRequest(error: unknown): never {
    if (error instanceof IdpError)
      throw problem(503, 'idp-unavailable', "The identity provider can't be reached; try again in a moment");
    throw error instanceof Error ? error : new Error('the strategy neither redirected nor failed');
  }

  /** A silent request names whose session it asks about, if this browser has one. */
  private async hintOf(request: FastifyRequest): Promise<SignInRequest['hint']> {
    const read = await this.sessions.read(request);
    if (read.kind !== 'usable') return undefined;
    const { sid, sub } = read.session.sso;
    const tokens = await this.ssoSessions.tokensOf(sid).catch((error: unknown) => {
      this.logger.error(`sign_in.hint.unreadable sid=${sid} reason=${reasonOf(error)}`);
      return undefined; // without a hint the answer ends no session
    });
    return tokens === undefined ? undefined : { session: { sid, sub }, idToken: tokens.idToken };
  }

  private browserOf(request: FastifyRequest, reply: FastifyReply): string {
    const known = this.cookies.read(request, 'browser');
    const browser = known ?? randomToken();
    if (known === undefined) this.cookies.set(reply, 'browser', browser);
    return browser;
  }
}
