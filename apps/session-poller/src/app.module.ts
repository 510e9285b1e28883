import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { JetStreamPublisher, JetStreamServer, logoutStream, OutboxRelay } from '#bus';
import { HealthChecks, HealthController } from '#http';
import {
  type ClaimedSession,
  Clock,
  HubCleanUp,
  IssuerHealth,
  Outbox,
  OutboxSignal,
  Pollers,
  ProbeQueue,
  ProbeSignal,
  sessionIntervalMs,
  SessionCensus,
  SsoSessions,
} from '#session';
import { HubDatabase, HubStoreModule } from '#store';
import { CleanUpLoop } from './clean-up/clean-up-loop.js';
import type { PollerConfig } from './config.js';
import type { WatchedIdp } from './idps/watched-idp.js';
import { Fleet } from './poll/fleet.js';
import { GatedProbe } from './poll/gated-probe.js';
import { IdpGate } from './poll/idp-gate.js';
import { gateOptionsOf, loopOptionsOf } from './poll/loop-options.js';
import { PollLoop } from './poll/poll-loop.js';
import { PollLoops } from './poll/poll-loops.js';
import { PollOnce } from './poll/poll-once.js';
import { rest } from './poll/rest.js';
import { SessionWatch } from './poll/session-watch.js';
import { makeProbe } from './probe/make-probe.js';
import { ReceiptsController } from './receipts/receipts.controller.js';
import { receiptServer } from './receipts/start-receipts.js';
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
        ...guidesOf(idps),
        loopsOf(config, idps),
        cleanUpOf(),
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

/** What the loops go by: how many pollers there are, how sessions end, who is woken. */
function guidesOf(idps: readonly WatchedIdp[]): Provider[] {
  return [
    { provide: Fleet, inject: [Pollers], useFactory: (pollers: Pollers) => new Fleet(pollers, rest) },
    {
      provide: SessionWatch,
      inject: [SessionCensus, Clock],
      useFactory: (census: SessionCensus, clock: Clock) => new SessionWatch(census, { clock, rest }, idps),
    },
  ];
}

function loopsOf(config: PollerConfig, idps: readonly WatchedIdp[]): Provider {
  return {
    provide: PollLoops,
    inject: [ProbeQueue, IssuerHealth, SsoSessions, Clock, Fleet, SessionWatch, ProbeSignal],
    useFactory: (
      queue: ProbeQueue,
      health: IssuerHealth,
      sessions: SsoSessions,
      clock: Clock,
      fleet: Fleet,
      watch: SessionWatch,
      signal: ProbeSignal,
    ) => {
      const stores = { queue, health, sessions };
      const loops = idps.map((idp) => {
        const gate = new IdpGate(gateOptionsOf(idp, fleet), clock.now());
        const probe = makeProbe(idp.method, idp, clock);
        const options = {
          intervalMsOf: (session: Pick<ClaimedSession, 'lastUsedAt'>, now: Date) =>
            sessionIntervalMs(watch.rhythmOf(idp), session.lastUsedAt, now),
          random: Math.random,
        };
        const poll = probe && new PollOnce(new GatedProbe(probe, gate, clock), stores, clock, options);
        return new PollLoop(queue, poll, gate, { clock, rest }, loopOptionsOf(idp, config));
      });
      return new PollLoops(loops, { fleet, watch, signal });
    },
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
