import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomToken, type SilentOutcome } from '#oidc';
import type { LoginTransaction } from '#session';
import { FrontEnds } from '../front-ends/front-ends.js';
import { GatewayMetrics } from '../metrics/gateway-metrics.js';
import { answerSignIn } from './answer-sign-in.js';
import { BeginAgain } from './begin-again.js';
import { comesOnceMore, sendOnceMore } from './once-more-from-here.js';
import { OpenSession } from './open-session.js';
import { RefusedSignIn } from './refused-sign-in.js';
import type { SignInResult } from './sign-in.js';

/** Turns what the strategy found into a session, or into a typed refusal. */
@Injectable()
export class FinishSignIn {
  private readonly logger = new Logger(FinishSignIn.name);

  constructor(
    private readonly frontEnds: FrontEnds,
    private readonly again: BeginAgain,
    private readonly opening: OpenSession,
    private readonly refusal: RefusedSignIn,
    private readonly metrics: GatewayMetrics,
  ) {}

  async run(result: SignInResult, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const frontEnd = this.frontEnds.of(request);
    if (comesOnceMore(result, request, frontEnd)) {
      sendOnceMore(reply, frontEnd);
      return;
    }
    if (await this.again.run(result, request, reply)) return;
    const transaction = result.kind === 'unknown_state' ? undefined : result.transaction;
    const outcome = await this.countedOutcome(transaction, () => this.outcomeOf(result, request, reply));
    const reference = transaction?.correlationId ?? randomToken().slice(0, 12);
    if (outcome !== 'signed_in')
      this.logger.log(`sign_in.refused outcome=${outcome} kind=${result.kind} cid=${reference}`);
    answerSignIn(reply, frontEnd, result, outcome, reference);
  }

  /** Whoever comes without a sign-in of their own is not counted: nobody knows what they wanted. */
  private async countedOutcome(
    transaction: LoginTransaction | undefined,
    outcomeOf: () => Promise<SilentOutcome>,
  ): Promise<SilentOutcome> {
    let outcome: SilentOutcome = 'failed'; // a fault of our own
    try {
      return (outcome = await outcomeOf());
    } finally {
      if (transaction !== undefined) this.metrics.signInCameBack(transaction, outcome);
    }
  }

  private async outcomeOf(result: SignInResult, request: FastifyRequest, reply: FastifyReply): Promise<SilentOutcome> {
    switch (result.kind) {
      case 'verified':
        return this.opening.run(result, request, reply);
      case 'refused':
        return this.refusal.run(result, request, reply);
      case 'unavailable':
        return 'unavailable';
      case 'insufficient':
        return 'interaction_required';
      case 'client_refused':
      case 'unknown_state':
      case 'rejected':
        return 'failed';
    }
  }
}
