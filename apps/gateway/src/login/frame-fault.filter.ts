import { type ArgumentsHost, Catch, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '#http';
import { randomToken } from '#oidc';
import { reasonOf } from '#session';
import { ProblemPageFilter } from '../http/problem-page.filter.js';
import { sendSilentResult } from '../silent/silent-result.js';
import { listenerOf } from './read-sign-in-request.js';

/** A page that waits for its frame is told of a fault too, if it may be told anything. Whoever else asks gets the error. */
@Catch()
export class FrameFaultFilter extends ProblemPageFilter {
  private readonly logger = new Logger(FrameFaultFilter.name);

  override catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const frontEnd = this.frontEnds.find(request.raw);
    const listener = frontEnd && listenerOf(request, frontEnd, randomToken().slice(0, 12));
    if (listener === undefined) {
      super.catch(error, host);
      return;
    }
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (!(error instanceof Problem)) {
      this.logger.error(`sign_in.begin.failed cid=${listener.correlationId} reason=${reasonOf(error)}`);
      sendSilentResult(reply, listener, 'failed');
    } else if (error.body.status === 429) sendSilentResult(reply, listener, 'suppressed', waitOf(error));
    else sendSilentResult(reply, listener, 'failed', { reason: 'bad_parameter' });
  }
}

function waitOf({ body: { retryAfterS } }: Problem): { readonly retryAfterS: number | undefined } {
  return { retryAfterS: typeof retryAfterS === 'number' ? retryAfterS : undefined };
}
