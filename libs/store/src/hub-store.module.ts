import { type DynamicModule, Module } from '@nestjs/common';
import {
  Brakes,
  BrowserSessions,
  Canaries,
  type Cause,
  Clock,
  DeadEvents,
  EndedSessions,
  HubCleanUp,
  IssuerHealth,
  LoginTransactions,
  LogoutTransactions,
  Outbox,
  OutboxSignal,
  PollerGauges,
  ProbeCounts,
  Pollers,
  ProbeQueue,
  ProbeSignal,
  Receipts,
  SeenTokens,
  SessionExpiry,
  SessionCensus,
  SessionSignal,
  SessionTokens,
  SilentLedger,
  SsfStreams,
  SsoSessions,
} from '#session';
import { HubDatabase } from './hub-database.js';
import { PgOutbox } from './pg-outbox.js';
import { PgOutboxSignal } from './pg-outbox-signal.js';
import { PgProbeSignal } from './pg-probe-signal.js';
import { PgSessionSignal } from './pg-session-signal.js';
import { PrismaBrakes } from './prisma-brakes.js';
import { PrismaBrowserSessions } from './prisma-browser-sessions.js';
import { PrismaDeadEvents } from './prisma-dead-events.js';
import { PrismaCanaries } from './prisma-canaries.js';
import { PrismaEndedSessions } from './prisma-ended-sessions.js';
import { PrismaHubCleanUp } from './prisma-hub-clean-up.js';
import { PrismaIssuerHealth } from './prisma-issuer-health.js';
import { PrismaLoginTransactions } from './prisma-login-transactions.js';
import { PrismaLogoutTransactions } from './prisma-logout-transactions.js';
import { PrismaPollerGauges } from './prisma-poller-gauges.js';
import { PrismaProbeCounts } from './prisma-probe-counts.js';
import { PrismaProbeQueue } from './prisma-probe-queue.js';
import { PrismaReceipts } from './prisma-receipts.js';
import { PrismaSeenTokens } from './prisma-seen-tokens.js';
import { PrismaSessionExpiry } from './prisma-session-expiry.js';
import { PrismaPollers } from './prisma-pollers.js';
import { PrismaSessionCensus } from './prisma-session-census.js';
import { PrismaSessionTokens } from './prisma-session-tokens.js';
import { PrismaSilentLedger } from './prisma-silent-ledger.js';
import type { EventOrigin } from './outbox-rows.js';
import { PrismaSsoSessions, type TokensOfEnded } from './prisma-sso-sessions.js';
import { PrismaSsfStreams } from './prisma-ssf-streams.js';
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
  /** default: kept, for whoever revokes them */
  readonly tokensOfEnded?: TokensOfEnded;
  /** told of each session that this process has ended, by whatever way, after the commit; must not throw */
  readonly onEnded?: (iss: string, cause: Cause) => void;
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
        { provide: ProbeSignal, useFactory: () => new PgProbeSignal(url) },
        { provide: SessionSignal, useFactory: () => signal },
        onDatabase(SsoSessions, (database) => {
          const sessions = new PrismaSsoSessions(database, cipher, clock, options, options.tokensOfEnded);
          const tell = signal.tell.bind(signal);
          return new TellingSsoSessions(sessions, tell, options.onEnded);
        }),
        {
          provide: SessionExpiry,
          useFactory: (database: HubDatabase, sessions: SsoSessions) => new PrismaSessionExpiry(database, sessions),
          inject: [HubDatabase, SsoSessions],
        },
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
        onDatabase(Brakes, (database) => new PrismaBrakes(database)),
        onDatabase(ProbeCounts, (database) => new PrismaProbeCounts(database)),
        onDatabase(ProbeQueue, (database) => new PrismaProbeQueue(database, cipher, url)),
        onDatabase(Pollers, (database) => new PrismaPollers(database)),
        onDatabase(SessionCensus, (database) => new PrismaSessionCensus(database)),
        onDatabase(Canaries, (database) => new PrismaCanaries(database)),
        onDatabase(IssuerHealth, (database) => new PrismaIssuerHealth(database)),
        onDatabase(SsfStreams, (database) => new PrismaSsfStreams(database)),
        { provide: Outbox, useFactory: () => new PgOutbox(url, clock, Math.random) }, // connects when it is drained
        onDatabase(DeadEvents, (database) => new PrismaDeadEvents(database)),
        onDatabase(EndedSessions, (database) => new PrismaEndedSessions(database)),
        onDatabase(PollerGauges, (database) => new PrismaPollerGauges(database)),
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
        Brakes,
        ProbeCounts,
        ProbeQueue,
        SessionExpiry,
        ProbeSignal,
        Pollers,
        SessionCensus,
        Canaries,
        IssuerHealth,
        SsfStreams,
        Outbox,
        DeadEvents,
        EndedSessions,
        PollerGauges,
        HubCleanUp,
      ],
    };
  }
}
