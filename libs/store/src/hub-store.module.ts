import { type DynamicModule, Module } from '@nestjs/common';
import {
  BrowserSessions,
  Clock,
  HubCleanUp,
  LoginTransactions,
  Outbox,
  OutboxSignal,
  ProbeQueue,
  SeenTokens,
  SsoSessions,
} from '#session';
import { HubDatabase } from './hub-database.js';
import { PgOutboxSignal } from './pg-outbox-signal.js';
import { PrismaBrowserSessions } from './prisma-browser-sessions.js';
import { PrismaHubCleanUp } from './prisma-hub-clean-up.js';
import { PrismaLoginTransactions } from './prisma-login-transactions.js';
import { PrismaOutbox } from './prisma-outbox.js';
import { PrismaProbeQueue } from './prisma-probe-queue.js';
import { PrismaSeenTokens } from './prisma-seen-tokens.js';
import { type EventOrigin, PrismaSsoSessions } from './prisma-sso-sessions.js';
import { TokenCipher, type TokenKey } from './token-cipher.js';

/** What the hub's store needs to know. */
export interface HubStoreOptions extends EventOrigin {
  readonly url: string;
  readonly tokenKeys: readonly [TokenKey, ...TokenKey[]];
  readonly clock: Clock;
}

/** Gives the gateway and the poller the hub's ports, kept in Postgres. */
@Module({})
export class HubStoreModule {
  static forRoot(options: HubStoreOptions): DynamicModule {
    const { url, clock } = options;
    const cipher = new TokenCipher(options.tokenKeys);
    const onDatabase = <T>(provide: abstract new () => T, make: (database: HubDatabase) => T) => ({
      provide,
      useFactory: make,
      inject: [HubDatabase],
    });
    return {
      module: HubStoreModule,
      global: true,
      providers: [
        { provide: HubDatabase, useFactory: () => new HubDatabase(url) },
        { provide: Clock, useValue: clock },
        { provide: OutboxSignal, useFactory: () => new PgOutboxSignal(url) },
        onDatabase(SsoSessions, (database) => new PrismaSsoSessions(database, cipher, clock, options)),
        onDatabase(BrowserSessions, (database) => new PrismaBrowserSessions(database)),
        onDatabase(LoginTransactions, (database) => new PrismaLoginTransactions(database, cipher, clock)),
        onDatabase(SeenTokens, (database) => new PrismaSeenTokens(database)),
        onDatabase(ProbeQueue, (database) => new PrismaProbeQueue(database, cipher)),
        onDatabase(Outbox, (database) => new PrismaOutbox(database, clock)),
        onDatabase(HubCleanUp, (database) => new PrismaHubCleanUp(database, clock)),
      ],
      exports: [
        HubDatabase,
        Clock,
        OutboxSignal,
        SsoSessions,
        BrowserSessions,
        LoginTransactions,
        SeenTokens,
        ProbeQueue,
        Outbox,
        HubCleanUp,
      ],
    };
  }
}
