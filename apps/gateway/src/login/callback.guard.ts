import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Cookies } from '../http/cookies.js';
import { FrontEnds } from '../front-ends/front-ends.js';
import { idpProblemOf } from './idp-problem.js';
import type { StrategyOptions } from './oidc.strategy.js';
import type { SignInResult } from './sign-in.js';

/** Puts the strategy's judgement of an answer of the IdP into `request.user`: a {@link SignInResult}, never undefined. */
@Injectable()
export class CallbackGuard extends AuthGuard('oidc') {
  constructor(
    private readonly frontEnds: FrontEnds,
    private readonly cookies: Cookies,
  ) {
    super();
  }

  override getAuthenticateOptions(context: ExecutionContext): StrategyOptions {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const at = request.url.indexOf('?');
    return {
      action: 'finish',
      frontEnd: this.frontEnds.of(request),
      browser: this.cookies.read(request, 'browser') ?? '',
      query: at < 0 ? '' : request.url.slice(at + 1),
    };
  }

  override handleRequest<T = SignInResult>(error: unknown, user: T | false, info: T | undefined): T {
    if (error instanceof Error) throw idpProblemOf(error) ?? error;
    const result = user === false ? info : user;
    if (result === undefined) throw new Error('the strategy neither succeeded nor failed');
    return result;
  }
}
