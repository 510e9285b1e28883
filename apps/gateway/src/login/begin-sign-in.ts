import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IdpError } from '#idp-client';
import { randomToken } from '#oidc';
import { reasonOf } from '#session';
import type { FrontEnd } from '../front-ends/front-end.js';
import { FrontEnds } from '../front-ends/front-ends.js';
import { Cookies } from '../http/cookies.js';
import { answerSilentStep } from '../silent/answer-silent-step.js';
import { SilentDoor } from '../silent/silent-door.js';
import { answerOutcome } from './answer-sign-in.js';
import { Departure } from './departure.js';
import { idpProblemOf } from './idp-problem.js';
import { PresentSession } from './present-session.js';
import { readSignInRequest } from './read-sign-in-request.js';
import type { SignInRequest } from './sign-in.js';

/** Begins sign-ins. Silent ones pass the door first, which lets a browser out to the IdP once in a cool-down. */
@Injectable()
export class BeginSignIn {
  private readonly logger = new Logger(BeginSignIn.name);

  constructor(
    private readonly frontEnds: FrontEnds,
    private readonly cookies: Cookies,
    private readonly present: PresentSession,
    private readonly door: SilentDoor,
    private readonly departure: Departure,
  ) {}

  async run(route: 'login' | 'silent-login', request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const frontEnd = this.frontEnds.of(request);
    const { cookiesAsked, maxIdpAgeS, ...asked } = readSignInRequest(request, frontEnd, route);
    const read = await this.present.read(request);
    const known = this.cookies.read(request, 'browser');
    if (asked.flow !== 'interactive') {
      const { flow, maxAgeS, acrValues } = asked;
      const wish = { flow, maxAgeS, maxIdpAgeS, acrValues, cookiesAsked };
      const step = await this.door.step(wish, frontEnd, known, read);
      if (step.kind === 'try_cookie') this.cookies.set(reply, 'browser', randomToken());
      if (step.kind !== 'depart') {
        answerSilentStep(reply, { frontEnd, asked, maxIdpAgeS, step, retryAfterS: this.door.retryAfterS(step) });
        return;
      }
    }
    const browser = known ?? randomToken();
    if (known === undefined) this.cookies.set(reply, 'browser', browser);
    const hint = await this.present.hintOf(read, asked.flow);
    const loginHint = hint?.idToken === undefined ? asked.loginHint : undefined; // the ID token says who is meant
    await this.depart({ frontEnd, browser, request: { ...asked, loginHint, hint } }, request, reply);
  }

  private async depart(
    leaving: { readonly frontEnd: FrontEnd; readonly browser: string; readonly request: SignInRequest },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    try {
      await this.departure.send(leaving, request, reply);
    } catch (error) {
      const known = idpProblemOf(error);
      if (known === undefined) throw error;
      const { frontEnd, request: asked } = leaving;
      this.logger.warn(`sign_in.idp.unavailable cid=${asked.correlationId} reason=${reasonOf(error)}`);
      const isAway = error instanceof IdpError && error.code !== 'IDP_REFUSED';
      if (!isAway && asked.flow === 'interactive') throw known; // trying again would not help
      answerOutcome(reply, frontEnd, asked, isAway ? 'unavailable' : 'failed');
    }
  }
}
