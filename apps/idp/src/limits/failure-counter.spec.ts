import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SystemClock } from '#http';
import { freshDatabase } from '../../../../test/support/databases.js';
import { IdpPrisma } from '../adapter/idp-prisma.service.js';
import { FailureCounter } from './failure-counter.js';
import { admit } from './limited-tries.js';

let prisma: IdpPrisma;
const clock = new SystemClock();
const counter = (name: string, windowS = 900) => new FailureCounter(prisma, clock, 'a secret', { name, windowS });
const many = <T>(n: number, what: () => Promise<T>) => Promise.all(Array.from({ length: n }, what));

beforeAll(async () => {
  prisma = new IdpPrisma(await freshDatabase('idp'));
});
afterAll(() => prisma.onApplicationShutdown());

describe('failures', () => {
  it('are all counted when they come at the same instant, for all replicas together', async () => {
    const replicas = [counter('at-once'), counter('at-once')];
    const counted = await many(20, () => Promise.all(replicas.map((one) => one.count('key'))));
    const counts = counted.flat().map(({ count }) => count);
    expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
    expect(await replicas[0]!.read('key')).toBe(40);
    expect(await replicas[0]!.read('another key')).toBe(0);
  });

  it('are forgotten together when the window of the first one ends', async () => {
    const short = counter('short', 1);
    expect((await short.count('key')).endsInS).toBe(1);
    await short.count('key');
    await sleep(1_050); // the library asks the system's clock
    expect(await short.read('key')).toBe(0);
    expect((await short.count('key')).count).toBe(1);
  });

  it('that were none are taken back, but never from a later window', async () => {
    const short = counter('taken-back', 1);
    const first = await short.count('key');
    await (await short.count('key')).takeBack();
    expect(await short.read('key')).toBe(1);
    await sleep(1_050);
    await first.takeBack();
    expect(await short.read('key')).toBe(0);
    expect((await short.count('key')).count).toBe(1);
    await first.takeBack();
    expect(await short.read('key')).toBe(1);
  });

  it('stand in the table without the key', async () => {
    await counter('hashed').count('192.0.2.7 ana');
    const rows = await prisma.rateLimiterFlexible.findMany({ where: { key: { startsWith: 'hashed' } } });
    expect(rows).toHaveLength(1);
    expect(rows[0]!.key).toMatch(/^hashed:[\w-]{43}$/);
  });
});

describe('a limit', () => {
  it('lets no more through than it allows when all come at once', async () => {
    const limits = [{ counter: counter('limited'), key: 'key', atMost: 5 }];
    const admissions = await many(20, () => admit(limits));
    expect(admissions.filter(({ allowed }) => allowed)).toHaveLength(5);
    expect(admissions.find(({ allowed }) => !allowed)).toEqual({ allowed: false, retryAfterS: 900 });
  });

  it('counts what it refuses nowhere', async () => {
    const wide = counter('wide');
    const limits = [
      { counter: wide, key: 'key', atMost: 30 },
      { counter: counter('narrow'), key: 'key', atMost: 1 },
    ];
    for (let n = 0; n < 4; n += 1) await admit(limits);
    expect(await wide.read('key')).toBe(1);
  });

  it('opens to nobody when the database is away', async () => {
    const away = new IdpPrisma('postgresql://nobody:x@127.0.0.1:1/none');
    const limit = { counter: new FailureCounter(away, clock, 's', { name: 'n', windowS: 9 }), key: 'k', atMost: 5 };
    await expect(admit([limit])).rejects.toMatchObject({ code: 'P1001' });
    await away.onApplicationShutdown();
  });
});
