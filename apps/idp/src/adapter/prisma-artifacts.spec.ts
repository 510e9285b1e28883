import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { errors } from 'oidc-provider';
import { Clock } from '#session';
import { freshDatabase } from '../../../../test/support/databases.js';
import type { CurrentSession } from './current-session.js';
import { ExpiredRows } from './expired-rows.service.js';
import { IdpPrisma } from './idp-prisma.service.js';
import { PrismaArtifacts } from './prisma-artifacts.js';

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
let current: CurrentSession | undefined;
const adapter = (model: string) => new PrismaArtifacts(model, { prisma, clock, currentSession: () => current });

beforeAll(async () => {
  prisma = new IdpPrisma(await freshDatabase('idp'));
});
afterAll(() => prisma.onApplicationShutdown());

describe('artifacts in Postgres', () => {
  it('are found by their id, with it, until they expire', async () => {
    await adapter('AccessToken').upsert('id-1', { jti: 'id-1', accountId: 'ana', scope: 'openid' }, 60);
    expect(await adapter('AccessToken').find('id-1')).toEqual({ jti: 'id-1', accountId: 'ana', scope: 'openid' });
    expect(await adapter('RefreshToken').find('id-1')).toBeUndefined();
    clock.pass(74); // 60 and a tolerance of 15
    expect(await adapter('AccessToken').find('id-1')).toBeDefined();
    clock.pass(2);
    expect(await adapter('AccessToken').find('id-1')).toBeUndefined();
  });

  it('rest without any secret: not the id, not the cookie of a session', async () => {
    const returnTo = 'https://idp/authorize/secret-interaction';
    const session = { uid: 'u', accountId: 'ana', cookie: 'secret-cookie' };
    await adapter('Interaction').upsert('secret-interaction', { jti: 'secret-interaction', returnTo, session }, 60);
    expect(await adapter('Interaction').find('secret-interaction')).toMatchObject({
      jti: 'secret-interaction',
      returnTo,
      session: { uid: 'u', accountId: 'ana' },
    });
    expect(JSON.stringify(await prisma.artifact.findMany())).not.toContain('secret-');
  });

  it('are consumed once, even by two at the same instant', async () => {
    const codes = adapter('AuthorizationCode');
    await codes.upsert('code', { jti: 'code' }, 60);
    const both = await Promise.allSettled([codes.consume('code'), codes.consume('code')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(codes.consume('code')).rejects.toThrow(errors.InvalidGrant);
    expect((await codes.find('code'))?.consumed).toBe(Math.floor(clock.now().getTime() / 1000));
  });

  it('end by grant, one kind at a time', async () => {
    await adapter('AccessToken').upsert('at', { jti: 'at', grantId: 'g' }, 60);
    await adapter('RefreshToken').upsert('rt', { jti: 'rt', grantId: 'g' }, 60);
    await adapter('AccessToken').upsert('at2', { jti: 'at2', grantId: 'other' }, 60);
    await adapter('AccessToken').revokeByGrantId('g');
    expect(await adapter('AccessToken').find('at')).toBeUndefined();
    expect(await adapter('AccessToken').find('at2')).toBeDefined();
    expect(await adapter('RefreshToken').find('rt')).toBeDefined();
  });
});

describe('sessions in Postgres', () => {
  it('are found by their uid, without what opens them', async () => {
    const sessions = adapter('Session');
    await sessions.upsert('cookie-1', { jti: 'cookie-1', uid: 'uid-1', accountId: 'ana' }, 60);
    const found = await sessions.findByUid('uid-1');
    expect(found).toMatchObject({ uid: 'uid-1', accountId: 'ana' });
    expect(await sessions.find(String(found?.jti))).toBeUndefined();
    await sessions.destroy(String(found?.jti));
    expect(await sessions.find('cookie-1')).toBeUndefined();
  });

  it('are there at every instant while they change their id', async () => {
    const sessions = adapter('Session');
    await sessions.upsert('before', { jti: 'before', uid: 'uid-2' }, 60);
    current = { uid: 'uid-2', wasStored: true, renamedFrom: 'before' };
    await sessions.destroy('before');
    expect(await sessions.findByUid('uid-2')).toBeDefined();
    await sessions.upsert('after', { jti: 'after', uid: 'uid-2' }, 60);
    expect(await sessions.find('before')).toBeUndefined();
    expect(await sessions.find('after')).toBeDefined();
  });

  it('stay ended when a request that had read them writes them back', async () => {
    const sessions = adapter('Session');
    current = { uid: 'uid-3', wasStored: false, renamedFrom: undefined };
    await sessions.upsert('cookie-3', { jti: 'cookie-3', uid: 'uid-3' }, 60);
    current = { uid: 'uid-3', wasStored: true, renamedFrom: undefined };
    await sessions.destroy('cookie-3');
    await sessions.upsert('cookie-3', { jti: 'cookie-3', uid: 'uid-3' }, 60);
    expect(await sessions.find('cookie-3')).toBeUndefined();
  });
});

describe('expired rows', () => {
  it('go when nobody can ask for them any more, and the others stay', async () => {
    await adapter('AccessToken').upsert('short', { jti: 'short' }, 60);
    await adapter('AccessToken').upsert('long', { jti: 'long' }, 8_000);
    clock.pass(3_700);
    expect(await new ExpiredRows(prisma, clock).removeBatch()).toBeGreaterThan(0);
    expect(await prisma.artifact.findMany({ select: { model: true } })).toEqual([{ model: 'AccessToken' }]);
  });
});
