import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { leadTo, sendPage } from '../page/answer.js';
import { forgedPage, notSignedInPage, unknownPage } from './refusal-pages.js';
import { AccountRefusal } from './account-refusal.js';

/** Answers a person with a page or a redirect, not with JSON. */
@Catch(AccountRefusal)
export class AccountRefusalFilter implements ExceptionFilter {
  catch({ instead }: AccountRefusal, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    switch (instead.kind) {
      case 'sign_in':
        void leadTo(reply, instead.address);
        break;
      case 'not_signed_in':
        void sendPage(reply, 400, notSignedInPage());
        break;
      case 'forged':
        void sendPage(reply, 403, forgedPage());
        break;
      case 'unknown':
        void sendPage(reply, 404, unknownPage());
    }
  }
}
