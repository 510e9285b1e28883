import { Injectable } from '@nestjs/common';
import { Clock } from '#session';
import type { FrontEnd } from '../front-ends/front-end.js';
import type { ReadSession } from '../http/session-reader.js';
import { GatewayMetrics } from '../metrics/gateway-metrics.js';
import { type SilentDemands, SessionFreshness } from './session-freshness.js';
import { secondsUntil, SilentAttempts } from './silent-attempts.js';
import { type SilentFacts, type SilentStep, silentStep } from './silent-step.js';

/** What of a silent request decides whether it may leave. */
export interface SilentWish extends SilentDemands {
  readonly flow: SilentFacts['flow'];
  /** this browser was given our cookie a moment ago */
  readonly cookiesAsked: boolean;
}

/** Lets silent requests out to the IdP, or says what to do in place of that. */
@Injectable()
export class SilentDoor {
  constructor(
    private readonly attempts: SilentAttempts,
    private readonly freshness: SessionFreshness,
    private readonly clock: Clock,
    private readonly metrics: GatewayMetrics,
  ) {}

  /** @param browser the browser's cookie, if it came with one */
  async step(
    wish: SilentWish,
    frontEnd: FrontEnd,
    browser: string | undefined,
    read: ReadSession,
  ): Promise<SilentStep> {
    const step = await this.find(wish, frontEnd, browser, read);
    const { kind } = step;
    if (kind === 'signed_in' || kind === 'suppressed' || kind === 'cookies_blocked')
      this.metrics.signInStayed(wish.flow, kind);
    return step;
  }

  private async find(
    wish: SilentWish,
    frontEnd: FrontEnd,
    browser: string | undefined,
    read: ReadSession,
  ): Promise<SilentStep> {
    const facts: SilentFacts = {
      flow: wish.flow,
      cookie: browser !== undefined ? 'kept' : wish.cookiesAsked ? 'refused' : 'absent',
      session: await this.freshness.of(read, wish, frontEnd),
      attempt: 'not_asked',
    };
    const first = silentStep(facts);
    if (first.kind !== 'ask_ledger' || browser === undefined) return first;
    return silentStep({ ...facts, attempt: await this.attempts.take(frontEnd, browser, wish.flow) });
  }

  retryAfterS(step: SilentStep): number | undefined {
    return step.kind === 'suppressed' ? secondsUntil(step.retryAt, this.clock.now()) : undefined;
  }
}
