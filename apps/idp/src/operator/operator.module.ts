import { type DynamicModule, Module } from '@nestjs/common';
import { type HealthCheck, HealthChecks, HealthModule } from '#http';
import { IdpSessions } from '../sessions/idp-sessions.service.js';
import { OperatorToken } from './bearer.guard.js';
import { OperatorController } from './operator.controller.js';

/** The operator API: a server of its own, on a port that need not be reachable from outside. */
@Module({})
export class OperatorModule {
  static forRoot(token: string, sessions: IdpSessions, health: readonly HealthCheck[]): DynamicModule {
    return {
      module: OperatorModule,
      imports: [HealthModule.forRootAsync({ useFactory: () => new HealthChecks(health) })],
      controllers: [OperatorController],
      providers: [
        { provide: IdpSessions, useFactory: () => sessions },
        { provide: OperatorToken, useFactory: () => new OperatorToken(token) },
      ],
    };
  }
}
