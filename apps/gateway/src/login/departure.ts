import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import passport from 'passport';
import type { FrontEnd } from '../front-ends/front-end.js';
import type { StrategyOptions } from './oidc.strategy.js';
import type { SignInRequest } from './sign-in.js';

/** Who leaves for the IdP, and with what request. */
export interface Leaving {
  readonly frontEnd: FrontEnd;
  /** the browser's cookie, which the answer must come back with */
  readonly browser: string;
  readonly request: SignInRequest;
}

/** Sends browsers to the IdP, through Passport's strategy. */
@Injectable()
export class Departure {
  /** Sends the redirect. @throws IdpError when the IdP can't be asked where to go; nothing is sent then */
  async send(leaving: Leaving, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const options: StrategyOptions = { action: 'begin', ...leaving };
    await new Promise<void>((resolve, reject) => {
      reply.raw.once('close', resolve); // Passport tells nobody that it has redirected
      const failed = (error: unknown): void => {
        reject(error instanceof Error ? error : new Error('the strategy neither redirected nor failed'));
      };
      const start = passport.authenticate('oidc', { session: false, ...options }, failed) as Start;
      start(request, reply, failed);
    });
  }
}

/** Passport is written for Express; the reply has the two verbs that it lacks, see `setUpHttp`. */
type Start = (request: FastifyRequest, reply: FastifyReply, next: (error?: unknown) => void) => void;
