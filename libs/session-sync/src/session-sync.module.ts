import { type DynamicModule, Module } from '@nestjs/common';
import { deadLetterStream, JetStreamServer, logoutStream, type NatsAccess } from '#bus';
import { AppSessions, Clock, eventPatternOf, SessionError } from '#session';
import { AssertionVerifier } from './assertion-verifier.js';
import { ExpiredSessions } from './expired-sessions.js';
import { ReceiptSender } from './receipt-sender.js';
import { SERVICE_NAME, SessionEndedController, TRUSTED_ISSUER } from './session-ended.controller.js';
import { SessionGuard } from './session.guard.js';
import { SyncState } from './sync-state.js';

/** What a service says about itself to take part. */
export interface SessionSyncOptions {
  /** its name: `aud` of the assertions, and its place in the stream of endings. The same for all its replicas */
  readonly service: string;
  /** `iss` of the gateway's assertions */
  readonly gateway: string;
  /** where the gateway publishes its keys; default: `<gateway>/.well-known/jwks.json` */
  readonly gatewayJwksUrl?: string | undefined;
  /** the IdP whose people come in */
  readonly trustedIssuer: string;
  /** `nats://user:password@host:4222` */
  readonly nats: NatsAccess;
  /** replicas of the stream, should this service be the first to make it; default 1 */
  readonly streamReplicas?: number | undefined;
  readonly clock: Clock;
}

/**
 * Makes a Nest service forget a person when their IdP session ends. Needs an `AppSessions` from a global module such as
 * `AppStoreModule`; put {@link SessionGuard} on what only signed-in people may see, and call `startSessionSync(app)`.
 */
@Module({})
export class SessionSyncModule {
  static forRoot(options: SessionSyncOptions): DynamicModule {
    const { service, gateway, trustedIssuer, clock } = options;
    const jwksUrl = options.gatewayJwksUrl ?? `${gateway}/.well-known/jwks.json`;
    const server = jetStreamServer(options);
    return {
      module: SessionSyncModule,
      global: true,
      controllers: [SessionEndedController],
      providers: [
        { provide: Clock, useValue: clock },
        { provide: TRUSTED_ISSUER, useValue: trustedIssuer },
        { provide: SERVICE_NAME, useValue: service },
        { provide: JetStreamServer, useValue: server },
        ReceiptSender,
        { provide: SyncState, useValue: new SyncState(server) },
        {
          provide: AssertionVerifier,
          useValue: new AssertionVerifier({ gateway, jwksUrl, service, trustedIssuer }, clock),
        },
        {
          provide: ExpiredSessions,
          inject: [AppSessions],
          useFactory: (sessions: AppSessions) => new ExpiredSessions(sessions, clock),
        },
        SessionGuard,
      ],
      exports: [Clock, SyncState, JetStreamServer, AssertionVerifier, SessionGuard],
    };
  }
}

function jetStreamServer({ nats, service, streamReplicas = 1 }: SessionSyncOptions): JetStreamServer {
  return new JetStreamServer({
    urls: nats,
    stream: logoutStream(streamReplicas),
    deadLetters: { stream: deadLetterStream(streamReplicas), subject: 'sso.v1.dlq.logout' },
    filterSubject: 'sso.v1.logout.>',
    service,
    patternOf: eventPatternOf,
    failureOf: (error) => (error instanceof SessionError ? 'poison' : 'transient'),
  });
}
