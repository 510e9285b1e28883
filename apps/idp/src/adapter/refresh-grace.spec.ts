import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { errors } from 'oidc-provider';
import { Clock } from '#session';
import { freshDatabase } from '../../../../test/support/databases.js';
import { IdpPrisma } from './idp-prisma.service.js';
import { RotatingRefreshTokens } from './refresh-grace.js';

const DAY_S = 86_400;

class TestClock extends Clock {
  instant = new Date('2030-01-01T00:00:00Z');
  now(): Date {
    return this.instant;
  }
  pass(seconds: number): void {
    this.instant = new Date(this.instant.getTime() + seconds * 1000);
  }
}

const clock = new TestClock();
let prisma: IdpPrisma;
let tokens: RotatingRefreshTokens;
beforeAll(async () => {
  prisma = new IdpPrisma(await freshDatabase('idp'));
  const endings = { endSession: () => Promise.resolve(), endClient: () => Promise.resolve() };
  tokens = new RotatingRefreshTokens({ prisma, clock, currentSession: () => undefined, endings }, 10_000);
});
afterAll(() => prisma.onApplicationShutdown());

async function issued(id: string): Promise<string> {
  await tokens.upsert(id, { jti: id, grantId: `grant of ${id}`, accountId: 'ana' }, 400 * DAY_S);
  return id;
}

describe('a used refresh token', () => {
  it('can be used again within the grace, counted from the first use, and not after it', async () => {
    const id = await issued('one');
    await tokens.consume(id);
    clock.pass(9);
    await tokens.consume(id);
    clock.pass(2);
    await expect(tokens.consume(id)).rejects.toThrow(errors.InvalidGrant);
  });

  it('takes the whole grant along when it comes too late, and no other', async () => {
    const [id, other] = [await issued('two'), await issued('three')];
    await tokens.consume(id);
    clock.pass(11);
    await expect(tokens.consume(id)).rejects.toThrow(errors.InvalidGrant);
    expect(await tokens.find(id)).toBeUndefined();
    expect(await tokens.find(other)).toBeDefined();
  });

  it('looks used to everybody but the token endpoint', async () => {
    const id = await issued('four');
    await tokens.consume(id);
    expect((await tokens.find(id))?.consumed).toBe(Math.floor(clock.now().getTime() / 1000));
  });

  it('is remembered for a week, not for as long as it would have lived', async () => {
    const id = await issued('five');
    await tokens.consume(id);
    clock.pass(6 * DAY_S);
    expect(await tokens.find(id)).toBeDefined();
    clock.pass(2 * DAY_S);
    expect(await tokens.find(id)).toBeUndefined();
    await expect(tokens.consume('never issued')).rejects.toThrow(errors.InvalidGrant);
  });
});
