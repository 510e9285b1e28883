import { All, Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { mediaTypeOf } from '../http/media-type.js';
import { RequestLimits } from '../limits/request-limits.js';
import { GatewayMetrics } from '../metrics/gateway-metrics.js';
import { BackchannelLogout } from './backchannel-logout.js';

const NO_TOKEN = { kind: 'refused', issuer: undefined, reason: 'logout_token must stand once in a form' } as const;

/** Where the IdP says that a session has ended. */
@Controller('bff')
export class BackchannelController {
  constructor(
    private readonly logout: BackchannelLogout,
    private readonly limits: RequestLimits,
    private readonly metrics: GatewayMetrics,
  ) {}

  /** @see {@link https://openid.net/specs/openid-connect-backchannel-1_0.html#BCResponse Back-Channel Logout 2.5, 2.8} */
  @All('backchannel')
  async receive(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    void reply.header('cache-control', 'no-store');
    if (request.method !== 'POST') {
      await reply.status(405).header('allow', 'POST').send();
      return;
    }
    const token = logoutTokenOf(request);
    const answer = token === undefined ? NO_TOKEN : await this.logout.receive(token);
    if (answer.kind === 'refused') {
      this.metrics.tokenRefused(answer.issuer, 'logout_token');
      await this.limits.countRefusedToken(request.ip);
    }
    if (answer.kind === 'accepted') await reply.status(200).send();
    else await reply.status(400).send({ error: 'invalid_request', error_description: answer.reason });
  }
}

function logoutTokenOf(request: FastifyRequest): string | undefined {
  if (mediaTypeOf(request.headers) !== 'application/x-www-form-urlencoded') return undefined;
  const { body } = request;
  const token = typeof body === 'object' && body !== null && 'logout_token' in body ? body.logout_token : undefined;
  return typeof token === 'string' && token !== '' ? token : undefined;
}
