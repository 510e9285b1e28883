import { Body, Controller, Get, HttpCode, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem } from '#http';
import { randomToken } from '#oidc';
import type { Cause, SsoSession } from '#session';
import { pathAt } from '../front-ends/front-end.js';
import { FrontEnds } from '../front-ends/front-ends.js';
import { Cookies } from '../http/cookies.js';
import { CsrfGuard } from '../http/csrf.guard.js';
import { sendOn } from '../http/page.js';
import { SessionReader } from '../http/session-reader.js';
import { IdpSignOut } from './idp-sign-out.js';
import { type LogoutWish, readLogoutWish } from './read-logout-wish.js';
import { SignOut } from './sign-out.js';

/** What a page is told that signs its person out by itself. Both are absent when nobody was signed in. */
export interface LogoutAnswer {
  readonly logoutId?: string;
  /** where to send the browser next; absent when the IdP could not be asked: it may still have its session */
  readonly idpLogoutUrl?: string;
}

/** Causes of sessions that ended by a sign-out of the person's own. */
const OWN_CAUSES: ReadonlySet<string> = new Set<Cause>(['rp_initiated', 'user_global_logout']);

/** Signs a person out: here first, then at the IdP. */
@Controller('bff')
export class LogoutController {
  constructor(
    private readonly reader: SessionReader,
    private readonly signOut: SignOut,
    private readonly idpSignOut: IdpSignOut,
    private readonly frontEnds: FrontEnds,
    private readonly cookies: Cookies,
  ) {}

  /** `sid` must be that of the session, as `bff:logout_url` has it: a page of another site can't know it. */
  @Get('logout')
  async logout(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query('sid') sid: unknown): Promise<void> {
    const frontEnd = this.frontEnds.of(request);
    const wish = readLogoutWish(request.query, frontEnd);
    const read = await this.reader.read(request);
    if (read.kind !== 'usable') {
      // a page of another site can bring a browser here without its `Strict` cookie: that one stays
      if (this.cookies.read(request, 'session') !== undefined) this.cookies.clear(reply, 'session');
      const again = read.kind === 'ended' && OWN_CAUSES.has(read.reason);
      sendOn(reply, (again ? await this.idpOnly(request, reply, wish) : undefined) ?? wish.returnUrl);
      return;
    }
    if (sid !== read.session.sso.sid)
      throw problem(
        400,
        'wrong-sid',
        'sid is not that of the session',
        'Use the address that /bff/user gives as bff:logout_url.',
      );
    const { idpLogoutUrl } = await this.leave(request, reply, read.session.sso, wish);
    const here = new URLSearchParams({ idp: 'not_told', returnUrl: wish.returnUrl });
    sendOn(reply, idpLogoutUrl ?? `${pathAt(frontEnd, '/bff/signed-out')}?${here.toString()}`);
  }

  /** For pages that go on by themselves: answers with where to, and redirects nowhere. */
  @Post('logout')
  @HttpCode(200)
  @UseGuards(CsrfGuard)
  async logoutByPage(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<LogoutAnswer> {
    void reply.header('cache-control', 'no-store');
    const wish = readLogoutWish(body, this.frontEnds.of(request));
    const read = await this.reader.read(request);
    if (read.kind === 'usable') return this.leave(request, reply, read.session.sso, wish);
    this.cookies.clear(reply, 'session');
    return {};
  }

  /** The answer to an earlier sign-out was lost on its way: here the person is signed out, and the IdP was not told. */
  private async idpOnly(
    request: FastifyRequest,
    reply: FastifyReply,
    { returnUrl }: LogoutWish,
  ): Promise<string | undefined> {
    const browser = this.cookies.read(request, 'browser') ?? randomToken();
    const signedOut = { logoutId: randomToken(), idTokenHint: undefined }; // without a hint the IdP asks the person
    const url = await this.idpSignOut.urlFor({
      ...signedOut,
      frontEnd: this.frontEnds.of(request),
      browser,
      returnUrl,
    });
    if (url !== undefined) this.cookies.set(reply, 'browser', browser);
    return url;
  }

  private async leave(
    request: FastifyRequest,
    reply: FastifyReply,
    sso: SsoSession,
    { everywhere, returnUrl }: LogoutWish,
  ): Promise<LogoutAnswer> {
    const signedOut = await this.signOut.run(sso, { everywhere });
    this.cookies.clear(reply, 'session');
    const browser = this.cookies.read(request, 'browser') ?? randomToken();
    const frontEnd = this.frontEnds.of(request);
    const idpLogoutUrl = await this.idpSignOut.urlFor({ ...signedOut, frontEnd, browser, returnUrl });
    if (idpLogoutUrl !== undefined) this.cookies.set(reply, 'browser', browser);
    const { logoutId } = signedOut;
    return { logoutId, ...(idpLogoutUrl === undefined ? {} : { idpLogoutUrl }) };
  }
}
