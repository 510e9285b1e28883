import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IdpError } from '#idp-client';
import { reasonOf } from '#session';
import { GatewayMetrics } from '../metrics/gateway-metrics.js';
import { answerOutcome } from './answer-sign-in.js';
import { Departure, type Leaving } from './departure.js';
import { idpProblemOf } from './idp-problem.js';

/** Sends a browser to the IdP, or tells it at once that nobody there can be asked. */
@Injectable()
export class FirstDeparture {
  private readonly logger = new Logger(FirstDeparture.name);

  constructor(
    private readonly departure: Departure,
    private readonly metrics: GatewayMetrics,
  ) {}

  async send(leaving: Leaving, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { frontEnd, request: asked } = leaving;
    try {
      await this.departure.send(leaving, request, reply);
    } catch (error) {
      const known = idpProblemOf(error);
      const isAway = error instanceof IdpError && error.code !== 'IDP_REFUSED';
      const outcome = isAway ? 'unavailable' : 'failed';
      this.metrics.signInStayed(asked.flow, outcome);
      if (known === undefined) throw error;
      this.logger.warn(`sign_in.idp.unavailable cid=${asked.correlationId} reason=${reasonOf(error)}`);
      if (!isAway && asked.flow === 'interactive') throw known; // trying again would not help
      answerOutcome(reply, frontEnd, asked, outcome);
    }
  }
}
