import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { endsLocalSession, type SilentOutcome, silentOutcomeOf } from '#oidc';
import { Clock, type Ending, type Sid, SsoSessions } from '#session';
import type { FrontEnd } from '../front-ends/front-end.js';
import { FrontEnds } from '../front-ends/front-ends.js';
import { Cookies } from '../http/cookies.js';
import { Contradiction } from './contradiction.js';
import type { SignInResult } from './sign-in.js';

type Refused = Extract<SignInResult, { kind: 'refused' }>;

/** Judges a refusal of the IdP: what it is called, and whether it ends the session that was asked about. */
@Injectable()
export class RefusedSignIn {
  private readonly logger = new Logger(RefusedSignIn.name);

  constructor(
    private readonly sessions: SsoSessions,
    private readonly frontEnds: FrontEnds,
    private readonly contradiction: Contradiction,
    private readonly cookies: Cookies,
    private readonly clock: Clock,
  ) {}

  async run({ transaction, error }: Refused, request: FastifyRequest, reply: FastifyReply): Promise<SilentOutcome> {
    const { hint, flow, correlationId } = transaction;
    const frontEnd = this.frontEnds.of(request);
    const hinted = hint !== undefined && !demandsMore(transaction, frontEnd);
    if (!hinted || !endsLocalSession(error, { topLevel: flow === 'silent-top', hinted })) return silentOutcomeOf(error);
    const { idp } = frontEnd;
    const stands = await this.contradiction.refusalStands(idp, hint);
    if (stands !== 'yes') {
      const why = stands === 'no' ? 'the IdP still calls its token active' : 'the IdP can not be asked about its token';
      this.logger.log(`sign_in.contradicted sid=${hint.sid} cid=${correlationId}; ${why}`);
    } else {
      await this.sessions.end(endingByAnswer(hint.sid, this.clock.now()));
      this.cookies.clear(reply, 'session');
    }
    return silentOutcomeOf(error);
  }
}

/**
 * Whether the address that began the sign-in demanded more than its front end does. Anybody may write such a link; what the IdP
 * refuses then may be the demand, and says nothing of its session.
 */
function demandsMore({ maxAgeS, acrValues }: Refused['transaction'], frontEnd: FrontEnd): boolean {
  return maxAgeS !== undefined || acrValues?.join(' ') !== frontEnd.acrValues?.join(' ');
}

/** The end of a session that a silent answer proves. */
export function endingByAnswer(sid: Sid, now: Date): Ending {
  return {
    of: { kind: 'sid', sid },
    cause: 'silent_check',
    causeId: sid,
    effectiveAt: now,
    evidence: { method: 'prompt_none', strength: 'strong', probes: 1 },
    initiatingEntity: 'user',
  };
}
