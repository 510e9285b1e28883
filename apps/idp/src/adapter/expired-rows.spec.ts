import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Clock } from '#session';
import { freshDatabase } from '../../../../test/support/databases.js';
import { ExpiredRows } from './expired-rows.service.js';
import { IdpPrisma } from './idp-prisma.service.js';

const NOW = new Date('2030-01-01T00:00:00Z');
const before = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const DAY = 24 * 60;

class StoppedClock extends Clock {
  now(): Date {
    return NOW;
  }
}

let prisma: IdpPrisma;
beforeAll(async () => {
  prisma = new IdpPrisma(await freshDatabase('idp'));
});
afterAll(() => prisma.onApplicationShutdown());
beforeEach(async () => {
  await prisma.artifact.deleteMany();
});

const removeAll = () => new ExpiredRows(prisma, new StoppedClock()).removeAll();

describe('what has expired', () => {
  it('goes an hour later, whatever kind it is, and the rest stays', async () => {
    const kinds = ['AccessToken', 'Interaction', 'Session', 'Whatever'];
    const rows = kinds.flatMap((model) => [
      { model, id: 'old', payload: {}, expiresAt: before(61) },
      { model, id: 'new', payload: {}, expiresAt: before(59) },
      { model, id: 'endless', payload: {}, expiresAt: null },
    ]);
    await prisma.artifact.createMany({ data: rows });
    expect(await removeAll()).toBe(4);
    expect(await prisma.artifact.count({ where: { id: 'old' } })).toBe(0);
  });

  it('goes in batches until nothing is left', async () => {
    const rows = Array.from({ length: 1_203 }, (_, n) => ({
      model: 'Grant',
      id: `${n}`,
      payload: {},
      expiresAt: before(90),
    }));
    await prisma.artifact.createMany({ data: rows });
    expect(await removeAll()).toBe(1_203);
  });

  it('stays when it is a session that somebody is signed in to: that one must be ended', async () => {
    const row = { model: 'Session', id: 's', uid: 's', accountId: 'ana', payload: {}, expiresAt: before(9 * DAY) };
    await prisma.artifact.create({ data: row });
    expect(await removeAll()).toBe(0);
  });

  it('goes after 90 days when it is an ending, with its deliveries, but not while a client must still be told', async () => {
    const ending = (endedAt: Date, dueAt: Date | null) => {
      const id = randomUUID();
      const told = { id: randomUUID(), clientId: 'app', sub: 'ana', createdAt: endedAt, dueAt };
      const data = { id, sessionUid: 's', sub: 'ana', cause: 'operator', actor: 'operator', push: true, endedAt };
      return prisma.sessionEnding.create({ data: { ...data, deliveries: { create: told } } });
    };
    await ending(before(91 * DAY), null);
    const kept = [await ending(before(91 * DAY), before(1)), await ending(before(89 * DAY), null)];
    expect(await removeAll()).toBe(1);
    const left = await prisma.sessionEnding.findMany({ include: { deliveries: true } });
    expect(left.map(({ id }) => id).sort()).toEqual(kept.map(({ id }) => id).sort());
    expect(left.every(({ deliveries }) => deliveries.length === 1)).toBe(true);
  });

  it('goes when it is the device of a session that is gone, or a counter that counts no more', async () => {
    const device = (uid: string, createdAt: Date) => ({ uid, sub: 'ana', userAgent: '', address: '', createdAt });
    await prisma.artifact.create({
      data: { model: 'Session', id: 'lives', uid: 'lives', accountId: 'ana', payload: {} },
    });
    await prisma.sessionDevice.createMany({
      data: [device('gone', before(61)), device('about to be saved', before(1)), device('lives', before(9 * DAY))],
    });
    await prisma.rateLimiterFlexible.createMany({
      data: [
        { key: 'old', points: 1, expire: before(61) },
        { key: 'new', points: 1, expire: before(-1) },
      ],
    });
    expect(await removeAll()).toBe(2);
    expect((await prisma.sessionDevice.findMany()).map(({ uid }) => uid).sort()).toEqual([
      'about to be saved',
      'lives',
    ]);
    expect(await prisma.rateLimiterFlexible.findMany()).toMatchObject([{ key: 'new' }]);
  });
});
