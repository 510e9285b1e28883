import { type DynamicModule, Module } from '@nestjs/common';
import { HealthChecks, HealthModule, MetricsModule } from '#http';
import { type IdpParts, providersOf } from '../idp-parts.js';
import { OperatorToken } from './bearer.guard.js';
import { AuditController } from './audit.controller.js';
import { ClientsController } from './clients.controller.js';
import { DeliveriesController } from './deliveries.controller.js';
import { EndingsController } from './endings.controller.js';
import { KeysController } from './keys.controller.js';
import { PeopleController } from './people.controller.js';
import { PersonConsentsController } from './person-consents.controller.js';
import { PersonSessionsController } from './person-sessions.controller.js';
import { SessionsController } from './sessions.controller.js';

/** One a resource. */
export const OPERATOR_CONTROLLERS = [
  PeopleController,
  PersonSessionsController,
  PersonConsentsController,
  ClientsController,
  SessionsController,
  EndingsController,
  DeliveriesController,
  KeysController,
  AuditController,
];

/** The operator API: a server of its own, on a port that need not be reachable from outside. */
@Module({})
export class OperatorModule {
  static forRoot({ config, services, health, faults }: IdpParts): DynamicModule {
    return {
      module: OperatorModule,
      imports: [HealthModule.forRootAsync({ useFactory: () => new HealthChecks(health) }), MetricsModule.forRoot()],
      controllers: [...OPERATOR_CONTROLLERS, ...(faults?.controllers ?? [])],
      providers: providersOf([new OperatorToken(config.IDP_OPERATOR_TOKEN), ...services]),
    };
  }
}
