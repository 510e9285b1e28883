import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll } from '@jest/globals';
import { jetstream, type JetStreamClient, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { connectNats, JetStreamServer, type JetStreamServerOptions, type StreamPlace, type StreamSpec } from '#bus';
import { natsForSuite } from './nats.js';
import { TcpSwitch } from './tcp-switch.js';
import { until } from './until.js';

const DEAD_LETTERS: StreamSpec = {
  ...{ name: 'DLQ', subjects: ['dlq.>'], replicas: 1, maxAgeMs: 3_600_000, duplicateWindowMs: 60_000 },
};

/** A stream as operators have them who may purge: made by the test, or by whoever needs it first. */
export const streamOf = (name: string): StreamSpec => ({
  ...{ name, subjects: [`${name}.>`], replicas: 1, maxAgeMs: 3_600_000, duplicateWindowMs: 60_000 },
});

/** A message as the tests send it. */
export interface Numbered {
  readonly kind: string;
  readonly id: number;
}

/** A place that is kept in memory, in the place of a service's database. */
export class MemoryPlaces {
  kept: StreamPlace | undefined;
  find(): Promise<StreamPlace | undefined> {
    return Promise.resolve(this.kept);
  }
  keep(place: StreamPlace): Promise<void> {
    this.kept = place;
    return Promise.resolve();
  }
}

/** One broker, and means to be its operator, its publishers and its services. */
export interface BusSuite {
  readonly nats: ReturnType<ReturnType<typeof natsForSuite>>;
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly client: JetStreamClient;
  /** Makes a stream that may be purged. */
  make(name: string): Promise<StreamSpec>;
  publish(name: string, ...ids: readonly number[]): Promise<void>;
  /** An address of the broker that can be cut. */
  road(): Promise<{ readonly road: TcpSwitch; readonly url: string; readonly port: number }>;
  /** Starts a service that hears a stream; it is closed after the last test. */
  hear(
    stream: StreamSpec,
    apply: (message: Numbered) => Promise<void> | void,
    options?: Partial<JetStreamServerOptions>,
  ): JetStreamServer;
  /** Waits until all of a stream is applied by a consumer. */
  applied(stream: string, consumer?: string): Promise<void>;
  /** Has something closed after the last test. */
  later(close: () => Promise<unknown>): void;
}

/** Gives this suite a broker of its own. */
export function busForSuite(): () => BusSuite {
  const nats = natsForSuite();
  const closers: (() => Promise<unknown>)[] = [];
  let suite: BusSuite | undefined;
  beforeAll(async () => {
    const connection = await connectNats(nats().url, 'test');
    closers.push(() => connection.close());
    suite = await makeSuite(nats(), connection, closers);
  }, 60_000);
  afterAll(async () => {
    for (const close of closers.reverse()) await close().catch(() => undefined);
  });
  return () => suite!;
}

async function makeSuite(
  nats: BusSuite['nats'],
  connection: NatsConnection,
  closers: (() => Promise<unknown>)[],
): Promise<BusSuite> {
  const manager = await jetstreamManager(connection);
  const client = jetstream(connection);
  return {
    ...{ nats, connection, manager, client },
    async make(name) {
      const { subjects } = streamOf(name);
      await manager.streams.add({ name, subjects: [...subjects] });
      return streamOf(name);
    },
    async publish(name, ...ids) {
      for (const id of ids)
        await until('it is published', () =>
          client
            .publish(`${name}.x`, JSON.stringify({ kind: 'numbered', id }), { timeout: 2_000 })
            .catch(() => undefined),
        );
    },
    async road() {
      const { port, username, password } = new URL(nats.url);
      const road = await TcpSwitch.start(Number(port));
      closers.push(() => road.stop());
      return { road, url: `nats://${username}:${password}@127.0.0.1:${road.port}`, port: Number(port) };
    },
    hear(stream, apply, options = {}) {
      const server = new JetStreamServer({
        ...{ urls: nats.url, stream, service: 'notes', filterSubject: `${stream.name}.>` },
        deadLetters: { stream: DEAD_LETTERS, subject: 'dlq' },
        patternOf: (message) => (message as Numbered).kind,
        failureOf: (error) => (error instanceof RangeError ? 'poison' : 'transient'),
        ...options,
      });
      server.addHandler('numbered', async (message) => apply(message as Numbered), true);
      server.listen(() => undefined);
      closers.push(() => server.close());
      return server;
    },
    async applied(stream, consumer = 'notes') {
      await until('all is applied', async () => {
        const info = await manager.consumers.info(stream, consumer).catch(() => undefined);
        return info?.num_pending === 0 && info.num_ack_pending === 0 ? true : undefined;
      });
    },
    later: (close) => closers.push(close),
  };
}

/** Lets so much time go by that a thing which is to stay away would have come. */
export const aWhile = (ms = 2_500): Promise<void> => setTimeout(ms);
