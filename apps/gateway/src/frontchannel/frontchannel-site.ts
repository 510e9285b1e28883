import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FrontEnds } from '../front-ends/front-ends.js';
import { Cookies } from '../http/cookies.js';

/** How a front end answers in a frame of its IdP. */
@Injectable()
export class FrontchannelSite {
  constructor(
    private readonly frontEnds: FrontEnds,
    private readonly cookies: Cookies,
  ) {}

  /** Lets the IdP's origin, and no other, frame the answer. */
  allowFrame(request: FastifyRequest, reply: FastifyReply): void {
    const { origin } = new URL(this.frontEnds.of(request).idp.issuer);
    void reply
      .header('cache-control', 'no-store')
      .header('content-security-policy', `default-src 'none'; base-uri 'none'; frame-ancestors ${origin}`)
      .removeHeader('x-frame-options'); // it can name no other origin
  }

  /** Takes the session cookie out of the browser. */
  forget(reply: FastifyReply): void {
    this.cookies.clear(reply, 'session');
  }
}
