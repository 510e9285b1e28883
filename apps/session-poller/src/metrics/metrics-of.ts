import type { Provider } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Clock, type Lane, PollerGauges } from '#session';
import { HubMetrics } from './hub-metrics.js';
import { ProbeMetrics } from './probe-metrics.js';
import { ProbeObserver } from './probe-observer.js';
import { ReceiptMetrics } from './receipt-metrics.js';

/** Gives the poller's metrics: what this process does, and what the hub knows of `lanes`. */
export function metricsOf(lanes: readonly Lane[]): Provider[] {
  return [
    { provide: ProbeObserver, inject: [Registry], useFactory: (registry: Registry) => new ProbeMetrics(registry) },
    { provide: ReceiptMetrics, inject: [Registry], useFactory: (registry: Registry) => new ReceiptMetrics(registry) },
    {
      provide: HubMetrics,
      inject: [Registry, PollerGauges, Clock],
      useFactory: (registry: Registry, gauges: PollerGauges, clock: Clock) =>
        new HubMetrics(registry, gauges, lanes, clock),
    },
  ];
}
