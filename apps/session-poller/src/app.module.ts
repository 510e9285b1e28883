import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { JetStreamPublisher, JetStreamServer, logoutStream, OutboxRelay } from '#bus';
import { HealthChecks, HealthController } from '#http';
import { Clock, HubCleanUp, IssuerHealth, Outbox, OutboxSignal, ProbeQueue, SsoSessions } from '#session';
import { HubDatabase, HubStoreModule } from '#store';
import { CleanUpLoop } from './clean-up/clean-up-loop.js';
import type { PollerConfig } from './config.js';
import type { WatchedIdp } from './idps/watched-idp.js';
import { PollLoop } from './poll/poll-loop.js';
import { PollLoops } from './poll/poll-loops.js';
import { PollOnce } from './poll/poll-once.js';
import { makeProbe } from './probe/make-probe.js';
import { ReceiptsController } from './receipts/receipts.controller.js';
import { receiptServer } from './receipts/start-receipts.js';
import { ssfLoops } from './ssf/ssf-loops.js';
import { WorkersService } from './workers.service.js';

/** The session-poller: asks IdPs about sessions, and sends what the outbox holds. */
@Module({})
export class AppModule {
  static forRoot(config: PollerConfig, idps: readonly WatchedIdp[], clock: Clock): DynamicModule {
    return {
      module: AppModule,
      imports: [
        HubStoreModule.forRoot({
          url: config.HUB_DATABASE_URL,
          tokenKeys: config.TOKEN_KEYS,
          clock,
          source: 'urn:sso:session-poller',
          tenant: config.TENANT,
        }),
      ],
      controllers: [HealthController, ReceiptsController],
      providers: [
        { provide: JetStreamServer, useValue: receiptServer(config) },
        ...relayOf(config),
        loopsOf(config, idps),
        cleanUpOf(),
        ssfLoops(config, idps),
        healthOf(),
        WorkersService,
      ],
    };
  }
}

function relayOf(config: PollerConfig): Provider[] {
  return [
    {
      provide: JetStreamPublisher,
      useFactory: () => new JetStreamPublisher(config.NATS_URL, 'session-poller', logoutStream(config.STREAM_REPLICAS)),
    },
    {
      provide: OutboxRelay,
      inject: [Outbox, OutboxSignal, JetStreamPublisher],
      useFactory: (outbox: Outbox, signal: OutboxSignal, publisher: JetStreamPublisher) =>
        new OutboxRelay(outbox, signal, (row) => publisher.publish(row)),
    },
  ];
}

function loopsOf(config: PollerConfig, idps: readonly WatchedIdp[]): Provider {
  return {
    provide: PollLoops,
    inject: [ProbeQueue, IssuerHealth, SsoSessions, Clock],
    useFactory: (queue: ProbeQueue, health: IssuerHealth, sessions: SsoSessions, clock: Clock) =>
      new PollLoops(
        idps.map((idp) => {
          const { name, lane, intervalMs, entry } = idp;
          const probe = makeProbe(idp.method, idp, clock);
          const stores = { queue, health, sessions };
          const poll = probe && new PollOnce(probe, stores, clock, { intervalMs, random: Math.random });
          const leaseMs = config.LEASE_S * 1000;
          return new PollLoop(queue, poll, clock, { name, lane, leaseMs, concurrency: entry.probe.concurrency });
        }),
      ),
  };
}

function cleanUpOf(): Provider {
  return { provide: CleanUpLoop, inject: [HubCleanUp], useFactory: (cleanUp: HubCleanUp) => new CleanUpLoop(cleanUp) };
}

/** Without NATS sessions are still asked about, and their endings wait in the outbox; but somebody should look. */
function healthOf(): Provider {
  return {
    provide: HealthChecks,
    inject: [HubDatabase, JetStreamPublisher],
    useFactory: (database: HubDatabase, publisher: JetStreamPublisher) =>
      new HealthChecks([
        { name: 'database', check: () => database.$queryRaw`SELECT 1` },
        { name: 'bus', check: () => publisher.assertConnected() },
      ]),
  };
}
