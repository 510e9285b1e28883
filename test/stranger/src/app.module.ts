import { Module } from '@nestjs/common';
import { SessionSyncModule } from '@session-sync/nestjs';
import { prismaAppSessions } from '@session-sync/nestjs/prisma';
import { Database, DatabaseModule } from './database.js';
import { OrdersController } from './orders.controller.js';

const setting = (name: string): string => process.env[name] ?? '';

@Module({
  imports: [
    SessionSyncModule.forRootAsync({
      imports: [DatabaseModule],
      inject: [Database],
      useFactory: (database: Database) => ({
        service: 'orders',
        gateway: setting('GATEWAY_URL'),
        gatewayJwksUrl: setting('GATEWAY_JWKS_URL'),
        trustedIssuer: setting('TRUSTED_ISSUER'),
        nats: setting('NATS_URL'),
        store: prismaAppSessions(database),
      }),
    }),
  ],
  controllers: [OrdersController],
})
export class AppModule {}
