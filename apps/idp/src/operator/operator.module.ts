import { type DynamicModule, Module } from '@nestjs/common';
import { HealthChecks, HealthModule } from '#http';
import { type IdpParts, providersOf } from '../idp-parts.js';
import { OperatorToken } from './bearer.guard.js';
import { OperatorController } from './operator.controller.js';

/** The operator API: a server of its own, on a port that need not be reachable from outside. */
@Module({})
export class OperatorModule {
  static forRoot({ config, services, health }: IdpParts): DynamicModule {
    return {
      module: OperatorModule,
      imports: [HealthModule.forRootAsync({ useFactory: () => new HealthChecks(health) })],
      controllers: [OperatorController],
      providers: providersOf([new OperatorToken(config.IDP_OPERATOR_TOKEN), ...services]),
    };
  }
}
