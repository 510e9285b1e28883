import { Controller, Logger, Post, Req, Res } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problem } from '#http';
import { IdpError } from '#idp-client';
import { SecurityEventRefused } from '#oidc';
import { reasonOf } from '#session';
import { SecurityEvents, type TakenEvent } from '#ssf';
import { FrontEnds } from '../front-ends/front-ends.js';
import { mediaTypeOf } from '../http/media-type.js';
import { RequestLimits } from '../limits/request-limits.js';
import { GatewayMetrics } from '../metrics/gateway-metrics.js';
import { isSameSecret } from './same-secret.js';

const TYPE = 'application/secevent+jwt';

/** Lets Fastify read the body of a push: a token as text, within the limit of all bodies. */
export function readSecurityEvents(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(TYPE, { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });
}

/** Where a transmitter of the Shared Signals Framework pushes its security event tokens. */
@Controller('bff/ssf')
export class SsfController {
  private readonly logger = new Logger(SsfController.name);

  constructor(
    private readonly events: SecurityEvents,
    private readonly frontEnds: FrontEnds,
    private readonly limits: RequestLimits,
    private readonly metrics: GatewayMetrics,
  ) {}

  /** @see {@link https://www.rfc-editor.org/rfc/rfc8935#section-2 RFC 8935} §2 */
  @Post('events')
  async receive(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { idp } = this.frontEnds.of(request);
    const { ssf } = idp;
    if (ssf === undefined)
      throw problem(404, 'no-ssf', 'Security event tokens are not taken here', 'Name ssf in the entry of the IdP.');
    void reply.header('cache-control', 'no-store');
    try {
      if (ssf.authorization !== undefined && !isSameSecret(request.headers.authorization ?? '', ssf.authorization))
        throw new SecurityEventRefused('authentication_failed', 'the Authorization header is not the one agreed on');
      this.tell(await this.events.receive(tokenOf(request), { iss: idp.issuer, transmitter: ssf.transmitter }));
      await reply.status(202).send();
    } catch (error) {
      if (error instanceof IdpError) {
        this.logger.error(`ssf.keys.unavailable idp=${idp.name} reason=${reasonOf(error)}`);
        throw problem(503, 'ssf-keys-unavailable', "The transmitter's keys can't be had; send the token again");
      }
      if (!(error instanceof SecurityEventRefused)) throw error;
      this.metrics.tokenRefused(idp.issuer, 'security_event');
      await this.limits.countRefusedToken(request.ip);
      this.logger.warn(`ssf.refused idp=${idp.name} err=${error.err} reason=${reasonOf(error)}`);
      await reply.status(400).header('content-language', 'en').send({ err: error.err, description: error.message });
    }
  }

  private tell(taken: TakenEvent): void {
    if (taken.kind === 'verification') this.logger.log('ssf.verified');
    if (taken.kind === 'stream_updated')
      this.logger.warn('ssf.stream.updated; the transmitter has changed, paused or stopped the stream');
  }
}

function tokenOf({ headers, body }: FastifyRequest): string {
  if (mediaTypeOf(headers) !== TYPE) throw problem(415, 'not-a-security-event', `The body must be of type ${TYPE}`);
  return typeof body === 'string' ? body.trim() : '';
}
