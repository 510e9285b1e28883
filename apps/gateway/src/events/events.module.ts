import { Module } from '@nestjs/common';
import { GatewayMetrics } from '../metrics/gateway-metrics.js';
import { EventStreams } from './event-streams.js';
import { EventsController } from './events.controller.js';

/** What open tabs are told. */
@Module({ controllers: [EventsController], providers: [EventStreams] })
export class EventsModule {
  constructor(streams: EventStreams, metrics: GatewayMetrics) {
    metrics.showStreams(() => streams.size);
  }
}
