import { randomUUID } from 'node:crypto';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connectNats, ensureStream, JetStreamPublisher, logoutStream, OutboxRelay } from '#bus';
import { SystemClock } from '#http';
import { encodeSessionEnded, OutboxSignal, parseSid, parseSub, sessionEndedOf, subjectOf } from '#session';
import { HubDatabase, PgOutbox } from '#store';
import { createRunFolder, startGuard } from '../scripts/stack/guard.js';
import { migrate } from '../scripts/stack/migrate.js';
import { startNats } from '../scripts/stack/nats.js';
import { startPostgres } from '../scripts/stack/postgres.js';
import type { Options, Report } from './report.js';

const ENDINGS = 100_000;
const QUICK_ENDINGS = 2_000;
/** acknowledgements that the bare loop lets be outstanding: as many as the relay does */
const WINDOW = 3_000;

/** An event as it goes out. */
interface Told {
  readonly id: string;
  readonly sid: string;
  readonly subject: string;
  readonly payload: string;
}

/** Endings from the outbox to acknowledged publications, and the same ones from memory by a bare loop, in turns. */
export async function relay({ rounds, seconds }: Options): Promise<Report> {
  const count = seconds <= 1 ? QUICK_ENDINGS : ENDINGS;
  const dir = await createRunFolder('bench');
  const guard = await startGuard(dir);
  try {
    const [postgres, nats] = await Promise.all([startPostgres(guard, { dir }), startNats(guard, { dir })]);
    const url = await postgres.createDatabase('hub');
    await migrate('hub', url);
    const bare: number[] = [];
    const bareWithId: number[] = [];
    const relayed: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      bare.push(count / (await bareLoop(nats.url, endings(count), false)));
      bareWithId.push(count / (await bareLoop(nats.url, endings(count), true)));
      await write(url, endings(count));
      relayed.push(count / (await drain(url, nats.url, count)));
    }
    const [loop, loopWithId, ours] = [median(bare), median(bareWithId), median(relayed)];
    return {
      name: 'relay',
      rows: {
        'bare loop': { perSecond: loop },
        'bare loop with Nats-Msg-Id': { perSecond: loopWithId },
        'outbox relay': { perSecond: ours },
      },
      figures: {
        'relay to bare loop (target 0.5)': ours / loop,
        'relay to bare loop with Nats-Msg-Id': ours / loopWithId,
      },
    };
  } finally {
    await guard.stopAll();
  }
}

function endings(count: number): readonly Told[] {
  const at = new SystemClock().now();
  return Array.from({ length: count }, (_, n) => {
    const sid = randomUUID();
    const ending = {
      of: { kind: 'sid' as const, sid: known(parseSid(sid)) },
      ...{ cause: 'poll_session_ended' as const, causeId: sid, effectiveAt: at },
      evidence: { method: 'introspect', strength: 'strong' as const, probes: 1 },
      initiatingEntity: 'system' as const,
    };
    const session = { iss: 'https://idp.example.com', sid: known(parseSid(sid)), sub: known(parseSub(`person-${n}`)) };
    const event = sessionEndedOf(ending, session, { source: 'urn:sso:bench', tenant: undefined, at });
    return { id: event.id, sid, subject: subjectOf(event), payload: JSON.stringify(encodeSessionEnded(event)) };
  });
}

async function write(url: string, events: readonly Told[]): Promise<void> {
  const database = new HubDatabase(url);
  const createdAt = new SystemClock().now();
  for (let n = 0; n < events.length; n += 1_000) {
    const data = events.slice(n, n + 1_000);
    await database.outboxEvent.createMany({
      data: data.map((event) => ({ ...event, payload: JSON.parse(event.payload) as object, createdAt })),
    });
  }
  await database.$disconnect();
}

/** Gives the seconds until all was acknowledged. */
async function bareLoop(natsUrl: string, events: readonly Told[], withId: boolean): Promise<number> {
  const connection = await connectNats(natsUrl, 'bench');
  await ensureStream(await jetstreamManager(connection), logoutStream(1));
  const client = jetstream(connection);
  const begun = performance.now();
  const waiting = events.values();
  const work = async (): Promise<void> => {
    for (const { id, subject, payload } of waiting)
      await client.publish(subject, payload, { timeout: 60_000, ...(withId ? { msgID: id } : {}) });
  };
  await Promise.all(Array.from({ length: WINDOW }, work));
  const seconds = (performance.now() - begun) / 1_000;
  await connection.close();
  return seconds;
}

/** Nobody signals: the relay reads what is there when it starts. */
class NoSignal extends OutboxSignal {
  listen(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Gives the seconds until all is acknowledged and marked. */
async function drain(url: string, natsUrl: string, count: number): Promise<number> {
  const outbox = new PgOutbox(url, new SystemClock(), Math.random);
  const publisher = new JetStreamPublisher(natsUrl, 'bench', logoutStream(1));
  await publisher.start();
  let left = count;
  let noteDone: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (noteDone = resolve));
  const sender = new OutboxRelay(outbox, new NoSignal(), async (row) => {
    const publication = await publisher.publish(row);
    if (publication.kind === 'stored' && --left === 0) noteDone();
    return publication;
  });
  const begun = performance.now();
  await sender.start();
  await done;
  await sender.stop(); // the last batches are marked then
  const seconds = (performance.now() - begun) / 1_000;
  await publisher.stop();
  await outbox.onApplicationShutdown();
  return seconds;
}

function median(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? Number.NaN;
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it is there');
  return value;
}
