import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomToken, type SilentOutcome } from '#oidc';
import { FrontEnds } from '../front-ends/front-ends.js';
import { answerSignIn } from './answer-sign-in.js';
import { BeginAgain } from './begin-again.js';
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
  ) {}

  async run(result: SignInResult, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (await this.again.run(result, request, reply)) return;
    const outcome = await this.outcomeOf(result, request, reply);
    const transaction = result.kind === 'unknown_state' ? undefined : result.transaction;
    const reference = transaction?.correlationId ?? randomToken().slice(0, 12);
    if (outcome !== 'signed_in')
      this.logger.log(`sign_in.refused outcome=${outcome} kind=${result.kind} cid=${reference}`);
    answerSignIn(reply, this.frontEnds.of(request), result, outcome, reference);
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
