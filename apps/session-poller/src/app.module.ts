import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { JetStreamPublisher, JetStreamServer, logoutStream, OutboxRelay } from '#bus';
import { HubCleanUp, Outbox, OutboxSignal, SessionExpiry } from '#session';
import { HealthChecks, HealthController, MetricsModule } from '#http';
import { HubClock, HubDatabase, HubStoreModule } from '#store';
import { CleanUpLoop } from './clean-up/clean-up-loop.js';
import { natsOf, type PollerConfig } from './config.js';
import { ExpiryLoop } from './expiry/expiry-loop.js';
import { endedAnswersOf } from './endings/ended-answers.providers.js';
import type { WatchedIdp } from './idps/watched-idp.js';
import { metricsOf } from './metrics/metrics-of.js';
import { ProbeObserver } from './metrics/probe-observer.js';
import { pollingOf } from './polling.providers.js';
import { ReceiptsController } from './receipts/receipts.controller.js';
import { receiptServer } from './receipts/start-receipts.js';
import { HubTimeService } from './time/hub-time.service.js';
import { ssfLoops } from './ssf/ssf-loops.js';
import { WorkersService } from './workers.service.js';

/** The session-poller: asks IdPs about sessions, and sends what the outbox holds. */
@Module({})
export class AppModule {
  static forRoot(config: PollerConfig, idps: readonly WatchedIdp[], clock: HubClock): DynamicModule {
    return {
      module: AppModule,
      imports: [
        HubStoreModule.forRoot({
          url: config.HUB_DATABASE_URL,
          tokenKeys: config.TOKEN_KEYS,
          clock,
          source: 'urn:sso:session-poller',
          tenant: config.TENANT,
          tokensOfEnded: 'forgotten',
        }),
        MetricsModule.forRoot(),
      ],
      controllers: [HealthController, ReceiptsController],
      providers: [
        { provide: JetStreamServer, useValue: receiptServer(config) },
        ...relayOf(config),
        endedAnswersOf(config),
        ...metricsOf(idps.map(({ lane }) => lane)),
        ...pollingOf(config, idps),
        cleanUpOf(),
        ...expiryOf(clock),
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
      useFactory: () => new JetStreamPublisher(natsOf(config), 'session-poller', logoutStream(config.STREAM_REPLICAS)),
    },
    {
      provide: OutboxRelay,
      inject: [Outbox, OutboxSignal, JetStreamPublisher],
      useFactory: (outbox: Outbox, signal: OutboxSignal, publisher: JetStreamPublisher) =>
        new OutboxRelay(outbox, signal, (row) => publisher.publish(row)),
    },
  ];
}

function cleanUpOf(): Provider {
  return { provide: CleanUpLoop, inject: [HubCleanUp], useFactory: (cleanUp: HubCleanUp) => new CleanUpLoop(cleanUp) };
}

function expiryOf(clock: HubClock): Provider[] {
  return [
    { provide: HubClock, useValue: clock },
    HubTimeService,
    {
      provide: ExpiryLoop,
      inject: [SessionExpiry, ProbeObserver],
      useFactory: (expiry: SessionExpiry, observer: ProbeObserver) => new ExpiryLoop(expiry, clock, observer),
    },
  ];
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
