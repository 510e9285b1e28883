import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubDatabase, PrismaSilentLedger } from '#store';
import { hubForSuite } from '../support/hub.js';

const COOL_DOWN_MS = 60_000;

describe('SilentLedger in Postgres', () => {
  const hub = hubForSuite();
  let replicas: readonly HubDatabase[] = [];
  beforeAll(() => {
    replicas = [new HubDatabase(hub().url), new HubDatabase(hub().url)];
  });
  afterAll(async () => {
    for (const replica of replicas) await replica.$disconnect();
  });
  const attempt = (key: string, database = hub().database) =>
    new PrismaSilentLedger(database).attempt(key, hub().clock.now(), COOL_DOWN_MS);
  const retryAt = (...keys: readonly string[]) =>
    new PrismaSilentLedger(hub().database).retryAt(keys, hub().clock.now(), COOL_DOWN_MS);

  it('grants one attempt in a cool-down, and says when the next may be', async () => {
    const next = new Date(hub().clock.now().getTime() + COOL_DOWN_MS);
    expect(await attempt('one')).toBeUndefined();
    hub().clock.advance(1_000);
    expect(await attempt('one')).toEqual(next);
    hub().clock.advance(COOL_DOWN_MS - 1_001);
    expect(await attempt('one')).toEqual(next); // asking in vain does not put it off
    hub().clock.advance(1);
    expect(await attempt('one')).toBeUndefined();
  });

  it('grants to one of many who ask at once, on whichever replica, the first time and every later one', async () => {
    for (let round = 0; round < 4; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 16 }, (_, n) => attempt('contended', replicas[n % replicas.length])),
      );
      expect(answers.filter((answer) => answer === undefined)).toHaveLength(1);
      hub().clock.advance(COOL_DOWN_MS);
    }
  });

  it('keeps keys apart', async () => {
    expect(await attempt('silent-top a')).toBeUndefined();
    expect(await attempt('silent-iframe a')).toBeUndefined();
    expect(await attempt('silent-top b')).toBeUndefined();
  });

  it('says without granting when all of some keys may be asked for again: the latest counts', async () => {
    expect(await retryAt('x', 'y')).toBeUndefined();
    await attempt('x');
    hub().clock.advance(10_000);
    await attempt('y');
    const latest = new Date(hub().clock.now().getTime() + COOL_DOWN_MS);
    expect(await retryAt('x', 'y', 'z')).toEqual(latest);
    expect(await attempt('z')).toBeUndefined();
    hub().clock.advance(COOL_DOWN_MS);
    expect(await retryAt('x', 'y', 'z')).toBeUndefined();
  });

  it('keeps no key in clear', async () => {
    await attempt('the-cookie-of-a-browser');
    expect(JSON.stringify(await hub().database.silentAttempt.findMany())).not.toContain('the-cookie');
  });
});
