import { Controller, Get, Logger, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem } from '#http';
import { IdpClient } from '#idp-client';
import { Clock, SsoSessions, reasonOf } from '#session';
import { Cookies } from '../http/cookies.js';
import { sendOn } from '../http/page.js';
import { SessionReader } from '../http/session-reader.js';

/** Signs a person out: here first, then at the IdP. */
@Controller('bff')
export class LogoutController {
  private readonly logger = new Logger(LogoutController.name);

  constructor(
    private readonly reader: SessionReader,
    private readonly sessions: SsoSessions,
    private readonly idp: IdpClient,
    private readonly cookies: Cookies,
    private readonly clock: Clock,
  ) {}

  /** `sid` must be that of the session, as `bff:logout_url` has it: a page of another site can't know it. */
  @Get('logout')
  async logout(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query('sid') sid: unknown): Promise<void> {
    const read = await this.reader.read(request);
    if (read.kind !== 'usable') {
      this.cookies.clear(reply, 'session');
      sendOn(reply, '/');
      return;
    }
    const { sso } = read.session;
    if (sid !== sso.sid)
      throw problem(
        400,
        'wrong-sid',
        'sid is not that of the session',
        'Use the address that /bff/user gives as bff:logout_url.',
      );
    const tokens = await this.sessions.tokensOf(sso.sid).catch((error: unknown) => {
      this.logger.error(`logout.tokens.unreadable sid=${sso.sid} reason=${reasonOf(error)}`);
      return undefined; // without the hint the IdP asks the person; here the session ends all the same
    });
    await this.sessions.end({
      of: { kind: 'sid', sid: sso.sid },
      cause: 'rp_initiated',
      causeId: sso.sid,
      effectiveAt: this.clock.now(),
      evidence: { method: 'rp_initiated', strength: 'strong', probes: 0 },
      initiatingEntity: 'user',
    });
    this.cookies.clear(reply, 'session');
    this.logger.log(`session.ended sid=${sso.sid} reason=rp_initiated`);
    sendOn(reply, await this.idpLogoutUrl(tokens?.idToken, `${read.session.frontEnd}/`));
  }

  /** Where the browser goes on to end the IdP session; home when the IdP can't be asked: here the person is signed out. */
  private async idpLogoutUrl(idToken: string | undefined, home: string): Promise<string> {
    try {
      const { endSessionEndpoint } = await this.idp.metadata();
      if (endSessionEndpoint === undefined) return home;
      const url = new URL(endSessionEndpoint);
      if (idToken !== undefined) url.searchParams.set('id_token_hint', idToken);
      url.searchParams.set('client_id', this.idp.clientId);
      url.searchParams.set('post_logout_redirect_uri', home);
      return url.href;
    } catch (error) {
      this.logger.warn(`logout.idp.unavailable reason=${reasonOf(error)}`);
      return home;
    }
  }
}
