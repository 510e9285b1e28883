import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DEAD_AFTER, Outbox } from '#session';
import { HubDatabase, PgOutbox, PgOutboxSignal } from '#store';
import { TestClock } from '../support/clock.js';
import { freshDatabase } from '../support/databases.js';
import { writeEvents } from '../support/outbox.js';
import { until } from '../support/until.js';

const run = promisify(execFile);
const LATER = new Date('2100-01-01T00:00:00Z');

describe('npm run sso -- dead, and retry', () => {
  let url = '';
  let database: HubDatabase | undefined;
  const the = () => database!;

  beforeAll(async () => {
    url = await freshDatabase('hub');
    database = new HubDatabase(url);
  }, 60_000);
  afterEach(async () => {
    await the().outboxEvent.deleteMany();
  });
  afterAll(() => the().$disconnect());

  const sso = async (...args: readonly string[]) => {
    const env = { ...process.env, HUB_DATABASE_URL: url };
    return (await run(process.execPath, ['dist/scripts/sso/main.js', ...args], { env })).stdout;
  };
  /** One event that NATS has refused so many times. */
  const refused = async (attempts: number, sid: string = randomUUID()) => {
    const [id = ''] = await writeEvents(the(), [sid]);
    const data = { attempts, retryAt: LATER, lastError: 'jetstream_10054' };
    await the().outboxEvent.update({ where: { id }, data });
    return { id, sid };
  };
  const resting = async () => {
    const rows = await the().outboxEvent.findMany({ where: { retryAt: { not: null } }, orderBy: { seq: 'asc' } });
    return rows.map(({ id }) => id);
  };
  /** What a relay would take now. */
  const taken = async () => {
    const outbox = new PgOutbox(url, new TestClock(), () => 0.5);
    try {
      const batch = await outbox.take(10, Outbox.START);
      await batch.settle([]);
      return batch.rows.map(({ eventId }) => eventId);
    } finally {
      await outbox.onApplicationShutdown();
    }
  };

  it('dead lists what was refused ten times, with why and when it is tried again, and nothing of what it says', async () => {
    expect(await sso('dead')).toBe('no event is dead\n');
    const { id, sid } = await refused(DEAD_AFTER);
    await refused(DEAD_AFTER - 1);
    await writeEvents(the(), [randomUUID()]);
    const lines = (await sso('dead')).trimEnd().split('\n');
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^${id} sid=${sid} written=20\\S+Z attempts=${DEAD_AFTER} `)),
    ]);
    expect(lines[0]).toMatch(/ reason=jetstream_10054 next=2100-01-01T00:00:00.000Z$/);
    expect(await sso('status')).toMatch(
      /^outbox: waiting 3, .* failed before 2, dead 1: npm run sso -- dead lists them$/m,
    );
  });

  it('retry makes one due, and the relays are told; the others rest', async () => {
    const [one, other] = [await refused(DEAD_AFTER), await refused(DEAD_AFTER)];
    const signal = new PgOutboxSignal(url);
    let told = 0;
    await signal.listen(() => (told += 1));
    try {
      await until('it is heard', () => (told > 0 ? true : undefined)); // the first is that it listens
      const before = told;
      expect(await taken()).toEqual([]);
      expect(await sso('retry', one.id)).toBe('1 made due: a poller publishes now\n');
      await until('the relays are told', () => (told > before ? true : undefined));
    } finally {
      await signal.close();
    }
    expect(await taken()).toEqual([one.id]);
    expect(await resting()).toEqual([other.id]);
    expect(await sso('dead')).toContain(`${one.id} `);
    expect(await sso('dead')).toContain(' next=now');
  });

  it('retry all makes due whatever was refused, dead or not yet', async () => {
    await refused(1);
    await refused(DEAD_AFTER);
    expect(await sso('retry', 'all')).toBe('2 made due: a poller publishes now\n');
    expect(await resting()).toEqual([]);
  });

  it('retry says so when there is nothing to make due, and neither takes an argument that it does not know', async () => {
    const { id } = await refused(DEAD_AFTER);
    const stdout = 'there is no such refused event\n';
    await expect(sso('retry', randomUUID())).rejects.toMatchObject({ code: 1, stdout });
    await expect(sso('retry')).rejects.toMatchObject({
      code: 64,
      stderr: expect.stringContaining('one event id, or all'),
    });
    await expect(sso('retry', id, id)).rejects.toMatchObject({ code: 64 });
    await expect(sso('dead', id)).rejects.toMatchObject({ code: 64, stderr: expect.stringContaining('no argument') });
    expect(await resting()).toEqual([id]);
    await the().outboxEvent.update({ where: { id }, data: { publishedAt: new Date() } });
    await expect(sso('retry', 'all')).rejects.toMatchObject({ code: 1, stdout });
  });
});
