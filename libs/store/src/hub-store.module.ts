import { type DynamicModule, Module } from '@nestjs/common';
import {
  BrowserSessions,
  Clock,
  HubCleanUp,
  IssuerHealth,
  LoginTransactions,
  LogoutTransactions,
  Outbox,
  OutboxSignal,
  ProbeQueue,
  Receipts,
  SeenTokens,
  SessionSignal,
  SessionTokens,
  SilentLedger,
  SsfStreams,
  SsoSessions,
} from '#session';
import { HubDatabase } from './hub-database.js';
import { PgOutboxSignal } from './pg-outbox-signal.js';
import { PgSessionSignal } from './pg-session-signal.js';
import { PrismaBrowserSessions } from './prisma-browser-sessions.js';
import { PrismaHubCleanUp } from './prisma-hub-clean-up.js';
import { PrismaIssuerHealth } from './prisma-issuer-health.js';
import { PrismaLoginTransactions } from './prisma-login-transactions.js';
import { PrismaLogoutTransactions } from './prisma-logout-transactions.js';
import { PrismaOutbox } from './prisma-outbox.js';
import { PrismaProbeQueue } from './prisma-probe-queue.js';
import { PrismaReceipts } from './prisma-receipts.js';
import { PrismaSeenTokens } from './prisma-seen-tokens.js';
import { PrismaSessionTokens } from './prisma-session-tokens.js';
import { PrismaSilentLedger } from './prisma-silent-ledger.js';
import { PrismaSsfStreams } from './prisma-ssf-streams.js';
import { type EventOrigin, PrismaSsoSessions } from './prisma-sso-sessions.js';
import { RememberedBrowserSessions } from './remembered-browser-sessions.js';
import { TellingSsoSessions } from './telling-sso-sessions.js';
import { TokenCipher, type TokenKey } from './token-cipher.js';

/** What the hub's store needs to know. */
export interface HubStoreOptions extends EventOrigin {
  readonly url: string;
  readonly tokenKeys: readonly [TokenKey, ...TokenKey[]];
  readonly clock: Clock;
  /** how many browser sessions are remembered, while changes are heard; default: none */
  readonly sessionMemory?: number;
}

/** Gives the gateway and the poller the hub's ports, kept in Postgres. */
@Module({})
export class HubStoreModule {
  static forRoot(options: HubStoreOptions): DynamicModule {
    const { url, clock, sessionMemory = 0 } = options;
    const cipher = new TokenCipher(options.tokenKeys);
    const signal = new PgSessionSignal(url); // connects when somebody wants to hear
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
        { provide: SessionSignal, useFactory: () => signal },
        onDatabase(SsoSessions, (database) => {
          const sessions = new PrismaSsoSessions(database, cipher, clock, options);
          return new TellingSsoSessions(sessions, (change) => {
            signal.tell(change);
          });
        }),
        onDatabase(BrowserSessions, (database) => {
          const sessions = new PrismaBrowserSessions(database);
          if (sessionMemory === 0) return sessions;
          return new RememberedBrowserSessions(sessions, signal, clock, sessionMemory);
        }),
        onDatabase(LoginTransactions, (database) => new PrismaLoginTransactions(database, cipher, clock)),
        onDatabase(LogoutTransactions, (database) => new PrismaLogoutTransactions(database, clock)),
        onDatabase(SilentLedger, (database) => new PrismaSilentLedger(database)),
        onDatabase(SessionTokens, (database) => new PrismaSessionTokens(database, cipher)),
        onDatabase(Receipts, (database) => new PrismaReceipts(database)),
        onDatabase(SeenTokens, (database) => new PrismaSeenTokens(database)),
        onDatabase(ProbeQueue, (database) => new PrismaProbeQueue(database, cipher)),
        onDatabase(IssuerHealth, (database) => new PrismaIssuerHealth(database)),
        onDatabase(SsfStreams, (database) => new PrismaSsfStreams(database)),
        onDatabase(Outbox, (database) => new PrismaOutbox(database, clock)),
        onDatabase(HubCleanUp, (database) => new PrismaHubCleanUp(database, clock)),
      ],
      exports: [
        HubDatabase,
        Clock,
        OutboxSignal,
        SessionSignal,
        SsoSessions,
        BrowserSessions,
        LoginTransactions,
        LogoutTransactions,
        SilentLedger,
        SessionTokens,
        Receipts,
        SeenTokens,
        ProbeQueue,
        IssuerHealth,
        SsfStreams,
        Outbox,
        HubCleanUp,
      ],
    };
  }
}
