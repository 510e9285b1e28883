import { Controller, Get, Logger, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem } from '#http';
import { randomToken } from '#oidc';
import { Clock, type SsoSession, SsoSessions } from '#session';
import { SessionReader } from '../http/session-reader.js';
import { TokenRevocation } from '../logout/token-revocation.js';
import { FrontchannelSite } from './frontchannel-site.js';
import { type FrontchannelCall, isFramedBy, readFrontchannelCall } from './frontchannel-call.js';

/** Hears from an IdP, in a frame of its sign-out page, that this browser's session there has ended. */
@Controller('bff')
export class FrontchannelController {
  private readonly logger = new Logger(FrontchannelController.name);

  constructor(
    private readonly reader: SessionReader,
    private readonly sessions: SsoSessions,
    private readonly revocation: TokenRevocation,
    private readonly site: FrontchannelSite,
    private readonly clock: Clock,
  ) {}

  /**
   * Ends the session of this browser's cookie and no other, and only when the IdP is known to be the one who calls: by a
   * `sid` that it told us, or by its frame. Anything else changes nothing, and is answered the same.
   *
   * @see {@link https://openid.net/specs/openid-connect-frontchannel-1_0.html#RPLogout Front-Channel Logout 2}
   */
  @Get('frontchannel')
  async receive(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.site.allowFrame(request, reply);
    const call = readFrontchannelCall(request.query);
    if (call === undefined) throw problem(400, 'bad-parameter', 'iss and sid must stand once each, or neither');
    const read = await this.reader.read(request);
    if (read.kind === 'usable' && (await this.isMeant(read.session.sso, call, request))) {
      await this.end(read.session.sso);
      this.site.forget(reply);
    }
    await reply.type('text/html; charset=utf-8').send('<!doctype html><title>Signed out</title>');
  }

  private async isMeant(sso: SsoSession, call: FrontchannelCall, request: FastifyRequest): Promise<boolean> {
    if (call.kind === 'unnamed') return isFramedBy(sso.iss, request.headers);
    if (call.iss !== sso.iss) return false;
    const named = await this.sessions.ofIdpSession({ iss: sso.iss, clientId: sso.clientId, idpSid: call.idpSid });
    return named.some(({ sid }) => sid === sso.sid);
  }

  private async end({ sid }: SsoSession): Promise<void> {
    const { ended } = await this.sessions.end({
      of: { kind: 'sid', sid },
      cause: 'frontchannel_logout',
      causeId: randomToken(),
      effectiveAt: this.clock.now(),
      evidence: { method: 'frontchannel', strength: 'strong', probes: 0 },
      initiatingEntity: 'system',
    });
    this.logger.log(`session.ended sid=${sid} reason=frontchannel_logout`);
    this.revocation.begin(ended);
  }
}
