import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DEAD_AFTER, Outbox, type OutboxBatch, type Publication } from '#session';
import { HubDatabase, PgOutbox, PrismaDeadEvents } from '#store';
import { TestClock } from '../support/clock.js';
import { freshDatabase } from '../support/databases.js';
import { writeEvents } from '../support/outbox.js';

const stored: Publication = { kind: 'stored' };
const refused: Publication = { kind: 'refused', reason: 'jetstream_10054' };
const unanswered: Publication = { kind: 'unanswered', reason: 'timeout' };
const idsOf = ({ rows }: OutboxBatch) => rows.map(({ eventId }) => eventId);

describe('the outbox in Postgres', () => {
  const clock = new TestClock();
  let url = '';
  let database: HubDatabase | undefined;
  let outbox: PgOutbox | undefined;
  const the = () => ({ database: database!, outbox: outbox!, dead: new PrismaDeadEvents(database!) });
  const take = (limit = 100, after = Outbox.START) => the().outbox.take(limit, after);
  const put = (...sids: readonly string[]) => writeEvents(the().database, sids);

  beforeAll(async () => {
    url = await freshDatabase('hub');
    database = new HubDatabase(url);
    outbox = new PgOutbox(url, clock, () => 0.5);
  }, 60_000);
  afterEach(async () => {
    await the().database.outboxEvent.deleteMany();
  });
  afterAll(async () => {
    await outbox?.onApplicationShutdown();
    await database?.$disconnect();
  });

  it('gives of each session only the oldest event that waits, and the next when that one is published', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    const [a1, b1, a2] = await put(a, b, a, a);
    const first = await take();
    expect(idsOf(first)).toEqual([a1, b1]);
    const meanwhile = await take();
    expect(idsOf(meanwhile)).toEqual([]);
    await first.settle([stored, stored]);
    const second = await take();
    expect(idsOf(second)).toEqual([a2]);
    await second.settle([refused]);
    expect(idsOf(await take())).toEqual([]);
  });

  it('lets two relays share the rows', async () => {
    const events = await put(...Array.from({ length: 10 }, () => randomUUID()));
    const [one, other] = [await take(5), await take(5)];
    expect([...idsOf(one), ...idsOf(other)]).toEqual(events);
    await one.settle(one.rows.map(() => stored));
    await other.settle(other.rows.map(() => stored));
    expect(idsOf(await take())).toEqual([]);
  });

  it('frees at once what a relay held that lost its connection', async () => {
    const events = await put(randomUUID());
    const other = new PgOutbox(url, clock, () => 0.5);
    const held = await other.take(10, Outbox.START);
    await the().database.$executeRaw`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND state = 'idle in transaction'`;
    const taken = await take();
    expect(idsOf(taken)).toEqual(events);
    await taken.settle([stored]);
    await expect(held.settle([stored])).rejects.toThrow();
    await other.onApplicationShutdown();
  });

  it('counts no attempt while nothing gets through, however long', async () => {
    await put(randomUUID(), randomUUID());
    for (let n = 0; n < 3 * DEAD_AFTER; n += 1) {
      const settled = await (await take()).settle([unanswered, unanswered]);
      expect(settled).toMatchObject({ published: 0, stalled: 'timeout', dead: [] });
    }
    expect(await the().database.outboxEvent.count({ where: { attempts: 0, retryAt: null } })).toBe(2);
    await (await take()).settle([stored, stored]);
  });

  it('tries a refused event again for ever, ever more rarely; dead is visible, and can be made due', async () => {
    const [id = ''] = await put(randomUUID());
    for (let attempts = 1; attempts <= DEAD_AFTER + 1; attempts += 1) {
      const batch = await take();
      expect(idsOf(batch)).toEqual([id]);
      const { dead, refused: first } = await batch.settle([refused]);
      expect([dead.length, first.length]).toEqual([attempts === DEAD_AFTER ? 1 : 0, attempts === 1 ? 1 : 0]);
      expect(idsOf(await take())).toEqual([]); // it rests
      expect(await the().dead.list(10)).toHaveLength(attempts >= DEAD_AFTER ? 1 : 0);
      clock.advance(15 * 60_000);
    }
    const batch = await take();
    await batch.settle([refused]);
    expect(await the().dead.list(10)).toMatchObject([{ eventId: id, attempts: 12, reason: 'jetstream_10054' }]);
    expect(await the().dead.retry('no such event')).toBe(0);
    expect(await the().dead.retry(id)).toBe(1);
    const again = await take();
    expect(idsOf(again)).toEqual([id]);
    await again.settle([stored]);
    expect(await the().dead.list(10)).toEqual([]);
    expect(await the().dead.retry()).toBe(0);
  });

  it('reads on behind what it has read', async () => {
    const events = await put(...Array.from({ length: 5 }, () => randomUUID()));
    const first = await take(2);
    const second = await take(2, first.last);
    expect(idsOf(second)).toEqual(events.slice(2, 4));
    await first.settle([]); // nothing is known of them: they wait
    await second.settle([stored, stored]);
    const rest = await take();
    expect(idsOf(rest)).toEqual([events[0], events[1], events[4]]);
    await rest.settle([stored, stored, stored]);
  });
});
