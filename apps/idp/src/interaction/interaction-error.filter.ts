import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { errors } from 'oidc-provider';
import { expiredPage } from '../page/error-page.js';
import { PAGE_HEADERS } from '../page/page.js';

/** A sign-in whose cookie or record is gone: the person sees a page, not JSON. */
@Catch(errors.SessionNotFound)
export class InteractionErrorFilter implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply.status(400).headers(PAGE_HEADERS).send(expiredPage());
  }
}
