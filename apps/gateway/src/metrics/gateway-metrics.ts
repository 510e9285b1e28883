import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { SilentOutcome } from '#oidc';
import type { Cause, Clock, LoginTransaction, RefreshEnd } from '#session';

/** From an IdP that answers silently at once to a person who looks for their second factor. */
const BUCKETS_S = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/** How a sign-in ended. Pages are told `cookies_blocked` as `failed`. */
export type SignInOutcome = SilentOutcome | 'cookies_blocked';

/**
 * Counts what this gateway does; docs/metrics.md says what each figure means. Every label is of a closed list, or an issuer of
 * the configuration: nobody who asks us something can make a new one.
 */
export class GatewayMetrics {
  private readonly signIns;
  private readonly durations;
  private readonly endings;
  private readonly refreshes;
  private readonly refusals;

  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
  ) {
    const count = <L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> =>
      new Counter({ name, help, labelNames, registers: [registry] });
    this.signIns = count('sso_sign_ins_total', 'sign-ins, silent ones too, by how they ended', ['flow', 'outcome']);
    this.durations = new Histogram({
      name: 'sso_sign_in_duration_seconds',
      help: 'from when a browser was sent to the IdP until its answer was judged',
      labelNames: ['flow'],
      buckets: BUCKETS_S,
      registers: [registry],
    });
    this.endings = count('sso_endings_total', 'sessions that this gateway has ended', ['issuer', 'cause']);
    this.refreshes = count('sso_refreshed_tokens_total', 'refreshes of tokens, by what came of them', ISSUER_OUTCOME);
    this.refusals = count('sso_refused_tokens_total', 'logout and event tokens that were refused', ISSUER_KIND);
  }

  /** A sign-in has ended that never left for the IdP. */
  signInStayed(flow: LoginTransaction['flow'], outcome: SignInOutcome): void {
    this.signIns.inc({ flow, outcome });
  }

  /** A sign-in has come back from the IdP, and this is what came of it. */
  signInCameBack({ flow, createdAt }: LoginTransaction, outcome: SilentOutcome): void {
    this.signIns.inc({ flow, outcome });
    this.durations.observe({ flow }, Math.max(0, this.clock.now().getTime() - createdAt.getTime()) / 1_000);
  }

  /** One session has ended, by this gateway's writing. */
  ended(issuer: string, cause: Cause): void {
    this.endings.inc({ issuer, cause });
  }

  /** A refresh of tokens has ended. */
  refreshed(issuer: string, outcome: Exclude<RefreshEnd['kind'], 'not_granted'>): void {
    this.refreshes.inc({ issuer, outcome });
  }

  /** @param issuer one of the configuration; undefined: the token named none of them */
  tokenRefused(issuer: string | undefined, kind: 'logout_token' | 'security_event'): void {
    this.refusals.inc({ issuer: issuer ?? 'unknown', kind });
  }

  /** Shows from now on how many event streams are open. @param size is asked for whenever somebody looks */
  showStreams(size: () => number): void {
    new Gauge({
      name: 'sso_event_streams',
      help: 'open streams of /bff/events',
      registers: [this.registry],
      collect() {
        this.set(size());
      },
    });
  }
}

const ISSUER_OUTCOME = ['issuer', 'outcome'] as const;
const ISSUER_KIND = ['issuer', 'kind'] as const;
