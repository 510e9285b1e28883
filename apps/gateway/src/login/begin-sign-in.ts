import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomToken } from '#oidc';
import { FrontEnds } from '../front-ends/front-ends.js';
import { Cookies } from '../http/cookies.js';
import { answerSilentStep } from '../silent/answer-silent-step.js';
import { SilentDoor } from '../silent/silent-door.js';
import { FirstDeparture } from './first-departure.js';
import { PresentSession } from './present-session.js';
import { readSignInRequest } from './read-sign-in-request.js';

/** Begins sign-ins. Silent ones pass the door first, which lets a browser out to the IdP once in a cool-down. */
@Injectable()
export class BeginSignIn {
  constructor(
    private readonly frontEnds: FrontEnds,
    private readonly cookies: Cookies,
    private readonly present: PresentSession,
    private readonly door: SilentDoor,
    private readonly departure: FirstDeparture,
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
    await this.departure.send({ frontEnd, browser, request: { ...asked, loginHint, hint } }, request, reply);
  }
}
