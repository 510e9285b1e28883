import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem } from '#http';
import { Clock, SilentLedger } from '#session';
import type { FrontEnd } from '../front-ends/front-end.js';
import { FrontEnds } from '../front-ends/front-ends.js';
import { Cookies } from '../http/cookies.js';
import type { SilentFacts } from './silent-step.js';

const FLOWS: readonly SilentFacts['flow'][] = ['silent-iframe', 'silent-top'];

/** The attempts of browsers at silent sign-in: one per cool-down, browser, front end and kind. */
@Injectable()
export class SilentAttempts {
  constructor(
    private readonly ledger: SilentLedger,
    private readonly frontEnds: FrontEnds,
    private readonly cookies: Cookies,
    private readonly clock: Clock,
  ) {}

  /** Takes an attempt, or says when the next may be. */
  async take(frontEnd: FrontEnd, browser: string, flow: SilentFacts['flow']): Promise<'granted' | Date> {
    const key = keyOf(frontEnd, browser, flow);
    return (await this.ledger.attempt(key, this.clock.now(), frontEnd.silentCoolDownMs)) ?? 'granted';
  }

  /** In how many seconds this browser may be sent on silent sign-ins again; undefined when that is now. Writes nothing. */
  async retryAfterS(request: FastifyRequest): Promise<number | undefined> {
    const browser = this.cookies.read(request, 'browser');
    if (browser === undefined) return undefined;
    const frontEnd = this.frontEnds.of(request);
    const keys = FLOWS.map((flow) => keyOf(frontEnd, browser, flow));
    const now = this.clock.now();
    const retryAt = await this.ledger.retryAt(keys, now, frontEnd.silentCoolDownMs);
    return retryAt === undefined ? undefined : secondsUntil(retryAt, now);
  }

  /** Gives the refusal of `/bff/user` with `silentRetryAfterS`, so that a page need not try in vain. */
  async explain(request: FastifyRequest, error: unknown): Promise<unknown> {
    if (!(error instanceof Problem) || error.body.status !== 401) return error;
    const silentRetryAfterS = await this.retryAfterS(request);
    return silentRetryAfterS === undefined ? error : new Problem({ ...error.body, silentRetryAfterS });
  }
}

/** Whole seconds from now on, never 0. */
export function secondsUntil(moment: Date, now: Date): number {
  return Math.max(1, Math.ceil((moment.getTime() - now.getTime()) / 1000));
}

function keyOf({ base }: FrontEnd, browser: string, flow: SilentFacts['flow']): string {
  return `${flow} ${base} ${browser}`;
}
