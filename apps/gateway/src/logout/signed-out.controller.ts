import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LogoutTransactions } from '#session';
import { FrontEnds } from '../front-ends/front-ends.js';
import { Cookies } from '../http/cookies.js';
import { sendOn, sendPage } from '../http/page.js';
import { readLogoutWish } from './read-logout-wish.js';

/** Where the IdP sends people back to. Arriving here proves nothing, and does nothing. */
@Controller('bff')
export class SignedOutController {
  constructor(
    private readonly transactions: LogoutTransactions,
    private readonly frontEnds: FrontEnds,
    private readonly cookies: Cookies,
  ) {}

  /** With the `state` of this browser's own sign-out it goes on to where the person wanted; else to the usual page. */
  @Get('signed-out')
  async signedOut(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query('state') state: unknown,
    @Query('idp') idp: unknown,
  ): Promise<void> {
    const frontEnd = this.frontEnds.of(request);
    if (idp === 'not_told') {
      sendPage(reply, 200, {
        title: 'You are signed out here',
        text: 'Your identity provider could not be asked to sign you out, so you may still be signed in there. On a shared computer, sign out there too, or close the browser.',
        link: { href: readLogoutWish(request.query, frontEnd).returnUrl, label: 'Go on' },
      });
      return;
    }
    const browser = this.cookies.read(request, 'browser');
    const isUsable = typeof state === 'string' && state.length <= 128 && browser !== undefined;
    const taken = isUsable ? await this.transactions.take(state, browser).catch(() => undefined) : undefined;
    sendOn(reply, taken?.frontEnd === frontEnd.base ? taken.returnUrl : frontEnd.afterLogout);
  }
}
