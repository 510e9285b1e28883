import { Logger } from '@nestjs/common';
import {
  admitted,
  type Breaker,
  breakerAfter,
  type BreakerRules,
  breakerRules,
  closedBreaker,
  fullPace,
  type Pace,
  rampedUp,
  refilled,
  shareOf,
  spent,
  throttled,
  type Verdict,
  waitMs,
} from '#session';

/** How one IdP may be asked. */
export interface GateOptions {
  /** the IdP's name in logs */
  readonly name: string;
  readonly method: string;
  readonly intervalMs: number;
  /** of all pollers together */
  readonly maxPerS: number;
  /** how many pollers share that, as far as is known now */
  readonly pollers: () => number;
  /** hears when the breaker opens and closes */
  readonly changed?: (state: 'closed' | 'open') => void;
}

/** What may be asked now: so many, one to see whether the IdP is back, or nothing for a while. */
export type Allowance =
  | { readonly kind: 'some'; readonly limit: number }
  | { readonly kind: 'one' }
  | { readonly kind: 'rest'; readonly ms: number; readonly because: 'open' | 'pace' };

/** What this poller keeps in mind of one IdP: breaker and token bucket. The thinking is in `#session`. */
export class IdpGate {
  private readonly logger = new Logger('poll');
  private readonly rules: BreakerRules;
  private breaker: Breaker = closedBreaker;
  private pace: Pace;
  private openSince: Date | undefined;

  constructor(
    private readonly options: GateOptions,
    now: Date,
  ) {
    this.rules = breakerRules(options.intervalMs);
    this.pace = fullPace(now);
  }

  /** Whether it is closed: answers count. */
  get isClosed(): boolean {
    return this.breaker.kind === 'closed';
  }

  allowance(now: Date): Allowance {
    const fullPerS = shareOf(this.options.maxPerS, this.options.pollers());
    const open = admitted(this.breaker, now);
    this.pace = refilled(this.pace, now, fullPerS);
    if (open === 'none' && this.breaker.kind === 'open')
      return { kind: 'rest', ms: this.breaker.until.getTime() - now.getTime(), because: 'open' };
    const ms = waitMs(this.pace, now, fullPerS);
    if (ms > 0) return { kind: 'rest', ms, because: 'pace' };
    return open === 'one' ? { kind: 'one' } : { kind: 'some', limit: Math.floor(this.pace.tokens) };
  }

  /** Takes a token for each session that is asked about. */
  take(sessions: number): void {
    this.pace = spent(this.pace, sessions);
  }

  /**
   * Hears what a probe said, and gives what counts of it: while the IdP is not sure to be well an "ended" is `resting`, so
   * that it neither begins nor confirms anything.
   */
  hear(verdict: Verdict, now: Date): Verdict {
    const before = this.breaker;
    this.breaker = breakerAfter(before, verdict, now, this.rules);
    if (verdict.kind === 'unknown' && verdict.reason === 'throttled') this.slowDown(verdict.retryAfterS, now);
    if (this.breaker.kind !== before.kind) this.options.changed?.(this.breaker.kind);
    if (this.breaker !== before) this.tell(before, now);
    const counts = before.kind === 'closed' && this.breaker.kind === 'closed';
    return verdict.kind === 'ended' && !counts ? { kind: 'unknown', reason: 'resting' } : verdict;
  }

  private slowDown(retryAfterS: number | undefined, now: Date): void {
    const before = this.pace;
    this.pace = throttled(before, now, retryAfterS, this.options.intervalMs);
    if (this.pace.slowed !== before.slowed) {
      const until = this.pace.restUntil?.toISOString();
      this.logger.warn(`poll.throttled idp=${this.options.name} until=${until}: then at half the rate`);
    }
  }

  /** One line when it opens and one when it closes, however many sessions there are. */
  private tell(before: Breaker, now: Date): void {
    const of = `idp=${this.options.name} method=${this.options.method}`;
    if (this.breaker.kind === 'open' && before.kind === 'closed') {
      this.openSince = now;
      this.logger.error(
        `poll.breaker.open ${of} reason=${this.breaker.reason} forS=${this.breaker.forMs / 1000}: no session of it is asked about, none ends by asking`,
      );
    }
    if (this.breaker.kind === 'closed' && before.kind === 'open') {
      this.pace = rampedUp(this.pace, now);
      const afterS = Math.round((now.getTime() - (this.openSince ?? now).getTime()) / 1000);
      this.logger.log(`poll.breaker.closed ${of} afterS=${afterS}: sessions are asked about again, slowly at first`);
    }
  }
}
