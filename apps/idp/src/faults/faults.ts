import { Logger } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type Provider from 'oidc-provider';
import type { KeyRing } from '../keys/key-ring.js';
import { FaultLedger } from './fault-ledger.js';
import { addFaultyAnswers } from './faulty-answers.js';
import { faultyBackchannel } from './faulty-backchannel.js';
import { FaultsController } from './faults.controller.js';
import { TokenSpoiler } from './token-spoiler.js';

/**
 * Faults on order, for tests alone. This module is loaded only where UNSAFE_FAULTS is on; elsewhere nothing of it runs.
 */
export class Faults {
  readonly ledger = new FaultLedger();
  /** what the operator API gets besides */
  readonly controllers = [FaultsController];
  private readonly spoiler: TokenSpoiler;

  constructor(keys: KeyRing) {
    this.spoiler = new TokenSpoiler(keys);
    new Logger('faults').warn(
      'unsafe_faults.on this IdP gives wrong answers on order: it is for tests, never for people',
    );
  }

  /** Lets faults into the answers of an engine. */
  wrap(provider: Provider): void {
    addFaultyAnswers(provider, this.ledger, this.spoiler);
  }

  /** Lets faults into the outgoing calls of an engine. */
  fetch(real: typeof fetch): typeof fetch {
    return faultyBackchannel(real, this.ledger, this.spoiler);
  }

  /** Makes every answer of a server say that it may be wrong. */
  mark(server: FastifyInstance): void {
    server.addHook('onRequest', (_request, reply, next) => {
      reply.raw.setHeader('x-unsafe-faults', 'on');
      next();
    });
  }
}
