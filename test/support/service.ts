import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll } from '@jest/globals';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { v7 as uuidv7 } from 'uuid';
import { stringify } from 'yaml';
import { connectNats, ensureStream, JetStreamPublisher, logoutStream } from '#bus';
import { importAssertionKey, signAssertion, toPublicJwk } from '#oidc';
import { encodeSessionEnded, parseSid, parseSub, type SessionEnded, type Sid, subjectOf } from '#session';
import { AppDatabase } from '#store';
import { type Apps, appsForSuite, type RunningApp } from './apps.js';
import { freshDatabase } from './databases.js';
import { natsForSuite } from './nats.js';
import { ISSUER } from './sign-ins.js';
import { until } from './until.js';

const GATEWAY = 'http://gateway.test';

/** An answer of a service. */
export interface ServiceAnswer {
  readonly status: number;
  readonly body: { readonly type?: string; readonly reason?: string };
}

/** The notes service as a process, with all that it hears and believes in the hands of a test. */
export class ServiceSuite {
  private constructor(
    readonly apps: Apps,
    readonly url: string,
    readonly database: AppDatabase,
    private readonly natsUrl: string,
    private readonly keys: Server,
    private readonly connection: NatsConnection,
    readonly manager: JetStreamManager,
    private readonly publisher: JetStreamPublisher,
  ) {}

  static async start(apps: Apps, natsUrl: string): Promise<ServiceSuite> {
    const url = await freshDatabase('app');
    const document = JSON.stringify({ keys: [toPublicJwk(apps.assertionKey)] });
    const keys = createServer((_, response) => response.setHeader('content-type', 'application/json').end(document));
    await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
    const connection = await connectNats(natsUrl, 'test');
    const manager = await jetstreamManager(connection);
    await ensureStream(manager, logoutStream(1));
    const publisher = new JetStreamPublisher(natsUrl, 'test-publisher', logoutStream(1));
    await publisher.start();
    return new ServiceSuite(apps, url, new AppDatabase(url), natsUrl, keys, connection, manager, publisher);
  }

  /** The environment of a service; every service takes the same. */
  get env() {
    return {
      ...{ DATABASE_URL: this.url, NATS_URL: this.natsUrl, GATEWAY_URL: GATEWAY, TRUSTED_ISSUER: ISSUER },
      GATEWAY_JWKS_URL: `http://127.0.0.1:${(this.keys.address() as AddressInfo).port}/`,
    };
  }

  /** Starts a poller on a hub: it answers what has ended. It has nobody to ask about. */
  startPoller(hubUrl: string): Promise<RunningApp> {
    const client = { id: 'gateway', secret: { env: 'CLIENT_SECRET' } };
    const idps = { main: { issuer: ISSUER, client, profile: 'oidc-provider' } };
    return this.apps.start('session-poller', {
      ...{ HUB_DATABASE_URL: hubUrl, NATS_URL: this.natsUrl, TOKEN_KEYS: this.apps.tokenKeys },
      ...{ IDPS: stringify({ idps }), CLIENT_SECRET: 'never asked' },
    });
  }

  /** Signs an assertion as the gateway does, with whatever a test wants to be different. */
  async assertionOf(
    sid: Sid,
    changes: Partial<Parameters<typeof signAssertion>[0]> = {},
    issuedAt = new Date(),
  ): Promise<string> {
    const times = {
      openedAt: new Date(Date.now() - 60_000),
      expiresAt: new Date(Date.now() + 3_600_000),
      authTime: undefined,
    };
    const assertion = {
      iss: GATEWAY,
      aud: 'notes',
      sid,
      idp: ISSUER,
      sub: 'ana',
      clientId: 'gateway',
      ...times,
      ...changes,
    };
    return signAssertion(assertion, await importAssertionKey(this.apps.assertionKey), issuedAt);
  }

  async ask(service: RunningApp, assertion?: string): Promise<ServiceAnswer> {
    const headers: Record<string, string> = assertion === undefined ? {} : { authorization: `Bearer ${assertion}` };
    const response = await fetch(`${service.origin}/notes`, { headers });
    return { status: response.status, body: (await response.json()) as ServiceAnswer['body'] };
  }

  async untilRefused(service: RunningApp, assertion: string): Promise<ServiceAnswer> {
    return until('the service refuses', async () => {
      const seen = await this.ask(service, assertion);
      return seen.status === 401 ? seen : undefined;
    });
  }

  /** Publishes an event, or whatever a test would have in its place. */
  async publish(event: SessionEnded, payload: unknown = encodeSessionEnded(event)): Promise<void> {
    const row = { eventId: event.id, subject: subjectOf(event), payload: JSON.stringify(payload), attempts: 0 };
    const publication = await this.publisher.publish(row);
    if (publication.kind !== 'stored') throw new Error(`not published: ${publication.reason}`);
  }

  async deadLetters(): Promise<number> {
    return this.manager.streams.info('SSO_DLQ_V1').then(
      ({ state }) => state.messages,
      () => 0,
    );
  }

  /** Waits until a service has applied everything. */
  async drained(consumer: string): Promise<void> {
    await until('all is applied', async () => {
      const info = await this.manager.consumers.info('SSO_LOGOUT_V1', consumer);
      return info.num_pending === 0 && info.num_ack_pending === 0 ? true : undefined;
    });
  }

  async stop(): Promise<void> {
    await this.publisher.stop();
    await this.connection.close();
    await this.database.$disconnect();
    this.keys.closeAllConnections();
    this.keys.close();
  }
}

/** Gives this suite a NATS server and the means to run services on it. */
export function serviceForSuite(): {
  readonly suite: () => ServiceSuite;
  readonly nats: ReturnType<typeof natsForSuite>;
} {
  const nats = natsForSuite();
  const apps = appsForSuite();
  let suite: ServiceSuite | undefined;
  beforeAll(async () => {
    suite = await ServiceSuite.start(apps(), nats().url);
  }, 60_000);
  afterAll(() => suite?.stop());
  return { suite: () => suite!, nats };
}

export const newSid = (): Sid => parseSid(uuidv7())!;

/** An ending of one session. */
export function endingOf(sid: Sid, id = `event-of-${sid}`): SessionEnded {
  const now = new Date();
  return {
    ...{ id, source: 'urn:test', scope: 'session', iss: ISSUER, sid, sub: parseSub('ana')!, tenant: undefined },
    ...{ effectiveAt: now, detectedAt: now, cause: 'operator', causeId: 'test' },
    ...{ evidence: { method: 'test', strength: 'strong', probes: 0 }, initiatingEntity: 'admin' },
  };
}
