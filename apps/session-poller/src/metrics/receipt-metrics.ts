import { Counter, Histogram, type Registry } from 'prom-client';
import type { KeptReceipt, Receipt } from '#session';

/** From a service that hears at once to one that was down over a week-end. */
const BUCKETS_S = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3_600, 21_600, 86_400];

/** Counts the receipts that this poller gathers; docs/metrics.md says what each figure means. */
export class ReceiptMetrics {
  private readonly receipts: Counter<'service' | 'outcome'>;
  private readonly delays: Histogram<'service'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.receipts = new Counter({
      name: 'sso_receipts_total',
      help: 'receipts of services: kept, again, or about an event that is not known',
      labelNames: ['service', 'outcome'],
      registers,
    });
    this.delays = new Histogram({
      name: 'sso_ending_applied_seconds',
      help: 'from when an ending was learned until the service had applied it, by the clocks of both',
      labelNames: ['service'],
      buckets: BUCKETS_S,
      registers,
    });
  }

  /** A receipt that comes again says nothing new of how long it took. */
  gathered({ service, appliedAt }: Receipt, kept: KeptReceipt): void {
    this.receipts.inc({ service, outcome: kept.kind });
    if (kept.kind === 'kept')
      this.delays.observe({ service }, Math.max(0, appliedAt.getTime() - kept.detectedAt.getTime()) / 1_000);
  }
}
