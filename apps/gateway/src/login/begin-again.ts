import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IdpError } from '#idp-client';
import { pathAt } from '../front-ends/front-end.js';
import { FrontEnds } from '../front-ends/front-ends.js';
import { Cookies } from '../http/cookies.js';
import { sendOn } from '../http/page.js';
import { GatewayMetrics } from '../metrics/gateway-metrics.js';
import { SilentAttempts } from '../silent/silent-attempts.js';
import { answerOutcome } from './answer-sign-in.js';
import { Departure } from './departure.js';
import { isSecond, type SignInResult, withoutHint } from './sign-in.js';

/** Begins a sign-in once more where its answer is no answer: once, and only for a browser that keeps our cookie. */
@Injectable()
export class BeginAgain {
  private readonly logger = new Logger(BeginAgain.name);

  constructor(
    private readonly frontEnds: FrontEnds,
    private readonly cookies: Cookies,
    private readonly attempts: SilentAttempts,
    private readonly departure: Departure,
    private readonly metrics: GatewayMetrics,
  ) {}

  /** Says whether the browser has been sent away again. */
  async run(result: SignInResult, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    const browser = this.cookies.read(request, 'browser');
    if (browser === undefined) return false; // no answer would ever find its request: this must end here
    if (result.kind === 'refused') return this.withoutHint(result, browser, request, reply);
    if (result.kind === 'unknown_state' && result.hasCode) return this.fromTheStart(request, reply);
    return false;
  }

  /** Some IdPs take only the newest ID token for a hint. It is the same attempt: no address of ours asks for it. */
  private async withoutHint(
    { transaction, error }: Extract<SignInResult, { kind: 'refused' }>,
    browser: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<boolean> {
    const { flow, hint, correlationId } = transaction;
    if (error !== 'invalid_request' || flow === 'interactive' || hint === undefined || isSecond(transaction))
      return false;
    const frontEnd = this.frontEnds.of(request);
    const again = withoutHint(transaction);
    try {
      await this.departure.send({ frontEnd, browser, request: again }, request, reply);
    } catch (failed) {
      const isIdps = failed instanceof IdpError;
      this.metrics.signInStayed(flow, isIdps ? 'unavailable' : 'failed');
      if (!isIdps) throw failed;
      this.logger.warn(`sign_in.idp.unavailable cid=${correlationId} reason=${failed.message}`);
      answerOutcome(reply, frontEnd, again, 'unavailable');
    }
    return true;
  }

  /**
   * Some IdPs finish an older request of the browser first. Where the answer may be to a silent sign-in nothing is begun: a
   * page that always asks would be sent round.
   */
  private async fromTheStart(request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
    if (this.cookies.hasRestarted(request) || request.headers['sec-fetch-dest'] === 'iframe') return false;
    if ((await this.attempts.retryAfterS(request)) !== undefined) return false;
    this.cookies.markRestarted(reply);
    sendOn(reply, pathAt(this.frontEnds.of(request), '/bff/login'));
    return true;
  }
}
