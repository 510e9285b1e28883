import { randomUUID } from 'node:crypto';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { exportJWK, generateKeyPair } from 'jose';
import { connectNats, deadLetterStream, ensureStream, JetStreamPublisher, logoutStream, receiptStream } from '#bus';
import { type AssertionKey, importAssertionKey, signAssertion, toPublicJwk } from '#oidc';
import { encodeSessionEnded, parseSid, parseSub, sessionEndedOf, type Sid, type Sub, subjectOf } from '#session';
import { createRunFolder, type Guard, startGuard } from '../scripts/stack/guard.js';
import { migrate } from '../scripts/stack/migrate.js';
import { startNats } from '../scripts/stack/nats.js';
import { startPostgres } from '../scripts/stack/postgres.js';
import { type Server, startProgram } from './start-program.js';

const GATEWAY = 'http://gateway.example';
const ISSUER = 'https://idp.example.com';
const SERVICE = 'bench';
const BARE_STREAM = 'BENCH';

/** A session, as the gateway knows it. */
export interface BenchSession {
  readonly sid: Sid;
  readonly sub: Sub;
  readonly openedAt: Date;
}

/** An ending as it goes out. */
export interface Told {
  readonly id: string;
  readonly payload: string;
  readonly subject: string;
}

/** What a service runs on: Postgres, NATS, the gateway's keys; the benchmark is the gateway and the poller. */
export class ServiceStack {
  private constructor(
    private readonly guard: Guard,
    private readonly dir: string,
    private readonly env: Readonly<Record<string, string>>,
    private readonly gateway: { readonly key: AssertionKey; readonly keys: HttpServer },
    private readonly nats: {
      readonly url: string;
      readonly connection: NatsConnection;
      readonly publisher: JetStreamPublisher;
    },
  ) {}

  static async start(prefix: string): Promise<ServiceStack> {
    const dir = await createRunFolder(prefix);
    const guard = await startGuard(dir);
    try {
      return await ServiceStack.startIn(guard, dir);
    } catch (error) {
      await guard.stopAll();
      throw error;
    }
  }

  private static async startIn(guard: Guard, dir: string): Promise<ServiceStack> {
    const [postgres, server] = [
      await startPostgres(guard, { dir }),
      await startNats(guard, { dir, services: [SERVICE] }),
    ];
    const database = await postgres.createDatabase('app');
    await migrate('app', database);
    const connection = await connectNats(server.url, 'bench');
    const manager = await jetstreamManager(connection);
    const bare = { ...logoutStream(1), name: BARE_STREAM, subjects: [`${BARE_STREAM}.>`] };
    for (const stream of [logoutStream(1), receiptStream(1), deadLetterStream(1), bare])
      await ensureStream(manager, stream);
    const publisher = new JetStreamPublisher(server.url, 'bench', logoutStream(1));
    await publisher.start();
    const gateway = await serveKeys();
    const jwks = `http://127.0.0.1:${(gateway.keys.address() as AddressInfo).port}/`;
    const env = {
      ...{ DATABASE_URL: database, NATS_URL: server.urlOf(SERVICE) },
      ...{ SERVICE, GATEWAY, ISSUER, JWKS_URL: jwks },
    };
    return new ServiceStack(guard, dir, env, gateway, { url: server.url, connection, publisher });
  }

  /** Starts one replica; resolves when it is caught up and its feed is true. */
  startService(flags: readonly string[]): Promise<Server> {
    return startProgram(this.guard, this.dir, {
      file: 'bench/sync-service.js',
      readyPath: '/ready',
      env: this.env,
      flags,
    });
  }

  startBareConsumer(): Promise<Server> {
    const env = { NATS_URL: this.nats.url, STREAM: BARE_STREAM };
    return startProgram(this.guard, this.dir, { file: 'bench/bare-consumer.js', readyPath: '/', env, flags: [] });
  }

  /** Headers of a request that comes through the gateway: they are good for a minute. */
  async headersOf({ sid, sub, openedAt }: BenchSession): Promise<Readonly<Record<string, string>>> {
    const now = new Date();
    const assertion = {
      ...{ iss: GATEWAY, aud: SERVICE, sid, idp: ISSUER, sub, clientId: 'gateway', authTime: undefined },
      ...{ openedAt, expiresAt: new Date(openedAt.getTime() + 8 * 3_600_000) },
    };
    return { authorization: `Bearer ${await signAssertion(assertion, this.gateway.key, now)}` };
  }

  /** Publishes as the session-poller does; resolves when it is acknowledged. */
  async publish({ id, subject, payload }: Told): Promise<void> {
    const { kind } = await this.nats.publisher.publish({ eventId: id, subject, payload, attempts: 0 });
    if (kind !== 'stored') throw new Error(`the ending was not stored: ${kind}`);
  }

  /** Publishes the same bytes to the bare consumers; resolves when they are acknowledged. */
  async publishBare({ subject, payload }: Told): Promise<void> {
    await jetstream(this.nats.connection).publish(`${BARE_STREAM}.${subject}`, payload);
  }

  async stop(): Promise<void> {
    await this.nats.publisher.stop();
    await this.nats.connection.close();
    this.gateway.keys.closeAllConnections();
    this.gateway.keys.close();
    await this.guard.stopAll();
  }
}

/** Gives sessions that no service knows yet. */
export function newSessions(count: number): readonly BenchSession[] {
  const openedAt = new Date(Date.now() - 60_000);
  return Array.from({ length: count }, (_, n) => ({
    sid: known(parseSid(randomUUID())),
    sub: known(parseSub(`person-${n}`)),
    openedAt,
  }));
}

/** Gives the ending of a session, now. */
export function endingOf(session: BenchSession): Told {
  const at = new Date();
  const ending = {
    of: { kind: 'sid' as const, sid: session.sid },
    ...{ cause: 'poll_session_ended' as const, causeId: session.sid, effectiveAt: at },
    evidence: { method: 'introspect', strength: 'strong' as const, probes: 1 },
    initiatingEntity: 'system' as const,
  };
  const event = sessionEndedOf(
    ending,
    { iss: ISSUER, sid: session.sid, sub: session.sub },
    { source: 'urn:sso:bench', tenant: undefined, at },
  );
  return { id: event.id, subject: subjectOf(event), payload: JSON.stringify(encodeSessionEnded(event)) };
}

async function serveKeys(): Promise<{ readonly key: AssertionKey; readonly keys: HttpServer }> {
  const pair = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(pair.privateKey)), kid: 'a1' };
  const document = JSON.stringify({ keys: [toPublicJwk(jwk)] });
  const keys = createServer((_, response) => response.setHeader('content-type', 'application/json').end(document));
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  return { key: await importAssertionKey(jwk), keys };
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it is there');
  return value;
}
