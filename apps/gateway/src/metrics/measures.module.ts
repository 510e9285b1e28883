import { type DynamicModule, Module } from '@nestjs/common';
import { GatewayMetrics } from './gateway-metrics.js';

/** Gives everybody here what to count with. */
@Module({})
export class MeasuresModule {
  static forRoot(metrics: GatewayMetrics): DynamicModule {
    return {
      module: MeasuresModule,
      global: true,
      providers: [{ provide: GatewayMetrics, useValue: metrics }],
      exports: [GatewayMetrics],
    };
  }
}
