import { All, Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BackchannelLogout } from './backchannel-logout.js';

/** Where the IdP says that a session has ended. */
@Controller('bff')
export class BackchannelController {
  constructor(private readonly logout: BackchannelLogout) {}

  /** @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html#BCResponse Back-Channel Logout 2.5, 2.8} */
  @All('backchannel')
  async receive(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    void reply.header('cache-control', 'no-store');
    if (request.method !== 'POST') {
      await reply.status(405).header('allow', 'POST').send();
      return;
    }
    const token = logoutTokenOf(request);
    const answer = token === undefined ? 'logout_token must stand once in a form' : await this.logout.receive(token);
    if (answer === 'accepted') await reply.status(200).send();
    else await reply.status(400).send({ error: 'invalid_request', error_description: answer });
  }
}

function logoutTokenOf(request: FastifyRequest): string | undefined {
  if (request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() !== 'application/x-www-form-urlencoded')
    return undefined;
  const { body } = request;
  const token = typeof body === 'object' && body !== null && 'logout_token' in body ? body.logout_token : undefined;
  return typeof token === 'string' && token !== '' ? token : undefined;
}
