import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Cause, ProbeMethod, Verdict } from '#session';
import { type BreakerState, ProbeObserver } from './probe-observer.js';

const BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const BREAKER: Readonly<Record<BreakerState, number>> = { closed: 0, half_open: 1, open: 2 };

/** Counts what this poller does; docs/metrics.md says what each figure means. */
export class ProbeMetrics extends ProbeObserver {
  private readonly probes: Counter<'issuer' | 'method' | 'verdict' | 'reason'>;
  private readonly durations: Histogram<'issuer' | 'method'>;
  private readonly breakers: Gauge<'issuer' | 'method'>;
  private readonly endings: Counter<'issuer' | 'cause'>;
  private readonly surges: Counter<'issuer'>;

  constructor(registry: Registry) {
    super();
    const registers = [registry];
    this.probes = new Counter({
      name: 'sso_probes_total',
      help: 'probes by their verdict; reason: why it is unknown, or how strong the evidence of the end is',
      labelNames: ['issuer', 'method', 'verdict', 'reason'],
      registers,
    });
    this.durations = new Histogram({
      name: 'sso_probe_duration_seconds',
      help: 'how long a probe took',
      labelNames: ['issuer', 'method'],
      buckets: BUCKETS_S,
      registers,
    });
    this.breakers = new Gauge({
      name: 'sso_breaker_state',
      help: 'circuit breaker of this poller: 0 closed, 1 half open, 2 open: the IdP is left alone',
      labelNames: ['issuer', 'method'],
      registers,
    });
    this.endings = new Counter({
      name: 'sso_endings_total',
      help: 'sessions that this poller has ended',
      labelNames: ['issuer', 'cause'],
      registers,
    });
    this.surges = new Counter({
      name: 'sso_push_surges_total',
      help: 'minutes in which an IdP told unusually many endings by itself',
      labelNames: ['issuer'],
      registers,
    });
  }

  probed(issuer: string, method: ProbeMethod, verdict: Verdict, durationMs: number): void {
    this.probes.inc({ issuer, method, verdict: verdict.kind, reason: reasonOf(verdict) });
    this.durations.observe({ issuer, method }, durationMs / 1_000);
  }

  breakerChanged(issuer: string, method: ProbeMethod, state: BreakerState): void {
    this.breakers.set({ issuer, method }, BREAKER[state]);
  }

  ended(issuer: string, cause: Cause): void {
    this.endings.inc({ issuer, cause });
  }

  pushSurged(issuer: string): void {
    this.surges.inc({ issuer });
  }
}

function reasonOf(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'active':
      return '';
    case 'ended':
      return verdict.strength;
    case 'unknown':
      return verdict.reason;
  }
}
