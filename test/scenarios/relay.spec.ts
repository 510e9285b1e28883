import { randomUUID } from 'node:crypto';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connectNats, JetStreamPublisher, logoutStream, OutboxRelay } from '#bus';
import { Logger } from '@nestjs/common';
import { Clock, OutboxSignal, type Publish } from '#session';
import { HubDatabase, PgOutbox, PrismaDeadEvents } from '#store';
import { freshDatabase } from '../support/databases.js';
import { natsForSuite } from '../support/nats.js';
import { writeEvents } from '../support/outbox.js';
import { until } from '../support/until.js';

/** A clock on which a pause of a quarter of an hour takes less than a second. */
class HastyClock extends Clock {
  now(): Date {
    return new Date(Date.now() + performance.now() * 2_000);
  }
}

/** Wakes all the time, so that no test waits for a sweep. */
class RestlessSignal extends OutboxSignal {
  private timer: NodeJS.Timeout | undefined;

  listen(wake: () => void): Promise<void> {
    this.timer = setInterval(wake, 20);
    return Promise.resolve();
  }

  close(): Promise<void> {
    clearInterval(this.timer);
    return Promise.resolve();
  }
}

/** Numbers in [0, 1) that are the same in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

describe('the relay from the outbox to JetStream', () => {
  const nats = natsForSuite();
  let url = '';
  let database: HubDatabase | undefined;
  let stops: (() => Promise<void>)[] = [];
  const the = () => database!;

  const startRelay = async (disturb: (publish: Publish) => Publish = (publish) => publish) => {
    const outbox = new PgOutbox(url, new HastyClock(), Math.random);
    const publisher = new JetStreamPublisher(nats().url, 'test-relay', logoutStream(1));
    await publisher.start();
    const publish = disturb((row) => publisher.publish(row));
    const relay = new OutboxRelay(outbox, new RestlessSignal(), publish);
    await relay.start();
    stops.push(async () => {
      await relay.stop();
      await publisher.stop();
      await outbox.onApplicationShutdown();
    });
  };
  const waiting = () => the().outboxEvent.count({ where: { publishedAt: null } });
  const drained = (left = 0) =>
    until('the outbox is drained', async () => ((await waiting()) <= left ? true : undefined));
  /** What the stream has stored since `from`, in its order: ids of events. */
  const storedSince = async (from: number): Promise<readonly string[]> => {
    const connection = await connectNats(nats().url, 'test');
    const last = await lastSequence();
    const ids: string[] = [];
    const consumer = await jetstream(connection).consumers.get('SSO_LOGOUT_V1', { opt_start_seq: from + 1 });
    for await (const message of await consumer.consume()) {
      if (message.seq > from) ids.push(message.headers?.get('Nats-Msg-Id') ?? '');
      if (message.seq >= last) break;
    }
    await connection.close();
    return ids;
  };
  const lastSequence = async (): Promise<number> => {
    const connection = await connectNats(nats().url, 'test');
    const manager = await jetstreamManager(connection);
    const { state } = await manager.streams.info('SSO_LOGOUT_V1').catch(() => ({ state: { last_seq: 0 } }));
    await connection.close();
    return state.last_seq;
  };

  beforeAll(async () => {
    Logger.overrideLogger(false);
    url = await freshDatabase('hub');
    database = new HubDatabase(url);
  }, 60_000);
  afterEach(async () => {
    await Promise.all(stops.map((stop) => stop()));
    stops = [];
    await the().outboxEvent.deleteMany();
  });
  afterAll(async () => database?.$disconnect());

  it('two at once, with answers lost and events refused at random, send each event once, those of a session in order', async () => {
    const from = await lastSequence();
    const sids = Array.from({ length: 40 }, () => randomUUID());
    const order = Array.from({ length: 8 }, () => sids).flat();
    const ids = await writeEvents(the(), order);
    const random = seeded(7);
    const disturb =
      (publish: Publish): Publish =>
      async (row) => {
        const chance = random();
        if (chance < 0.1) return { kind: 'refused', reason: 'test' };
        if (chance < 0.15) return { kind: 'unanswered', reason: 'test' };
        const publication = await publish(row);
        return chance < 0.3 ? { kind: 'unanswered', reason: 'lost' } : publication;
      };
    await Promise.all([startRelay(disturb), startRelay(disturb)]);
    await drained();
    const stored = await storedSince(from);
    expect([...stored].sort()).toEqual([...ids].sort());
    for (const sid of sids) {
      const ofSession = ids.filter((_, index) => order[index] === sid);
      expect(stored.filter((id) => ofSession.includes(id))).toEqual(ofSession);
    }
  });

  it('one that is killed between publication and mark leaves its rows to another at once, and no event twice', async () => {
    const from = await lastSequence();
    const ids = await writeEvents(
      the(),
      Array.from({ length: 50 }, () => randomUUID()),
    );
    const program = fileURLToPath(new URL('../support/relay-that-hangs.mjs', import.meta.url));
    const hanging: ChildProcess = spawn(process.execPath, [program, url, nats().url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(hanging.stdout!, 'data');
    expect(await waiting()).toBe(50);
    await startRelay();
    hanging.kill('SIGKILL');
    await drained();
    expect([...(await storedSince(from))].sort()).toEqual([...ids].sort());
  });

  it('an event that the stream does not take becomes dead and visible, while the others go out without an attempt more', async () => {
    const [tooLarge = ''] = await writeEvents(the(), [randomUUID()], { bytes: 20_000 });
    const [forbidden = ''] = await writeEvents(the(), [randomUUID()], { subject: 'elsewhere.x' });
    await startRelay();
    const dead = new PrismaDeadEvents(the());
    for (let n = 0; n < 20; n += 1)
      await writeEvents(
        the(),
        Array.from({ length: 50 }, () => randomUUID()),
      );
    await drained(2);
    const seen = await until('both are dead', async () => {
      const list = await dead.list(10);
      return list.length === 2 ? list : undefined;
    });
    expect(seen).toMatchObject([
      { eventId: tooLarge, reason: 'jetstream_10054' },
      { eventId: forbidden, reason: expect.stringMatching(/^(?:no_stream_for_subject|jetstream_\d+)$/) },
    ]);
    expect(await the().outboxEvent.count({ where: { attempts: 0, publishedAt: { not: null } } })).toBe(1_000);
  });

  it('while NATS is away nothing is counted against any event, and all go out when it is back', async () => {
    let unanswered = 0;
    await startRelay((publish) => async (row) => {
      const publication = await publish(row);
      if (publication.kind === 'unanswered') unanswered += 1;
      return publication;
    });
    await nats().kill();
    const events = Array.from({ length: 200 }, () => randomUUID());
    await writeEvents(the(), events);
    await until('the relay has tried for hours, by its clock', () => (unanswered >= 240 ? true : undefined));
    expect(await the().outboxEvent.count({ where: { attempts: 0, publishedAt: null } })).toBe(200);
    await nats().start();
    await drained();
    expect(await the().outboxEvent.count({ where: { attempts: { gt: 1 } } })).toBe(0);
  });
});
