import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { errors } from 'oidc-provider';
import { expiredPage } from '../page/error-page.js';
import { sendPage } from '../page/answer.js';

/** A sign-in whose cookie or record is gone: the person sees a page, not JSON. */
@Catch(errors.SessionNotFound)
export class InteractionErrorFilter implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void sendPage(reply, 400, expiredPage());
  }
}
