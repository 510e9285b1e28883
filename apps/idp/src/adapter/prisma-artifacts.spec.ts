import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { errors } from 'oidc-provider';
import { Clock } from '#session';
import { freshDatabase } from '../../../../test/support/databases.js';
import type { CurrentSession } from './current-session.js';
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
const ended: unknown[] = [];
const endings = {
  endSession: (uid: string, ends: unknown) => Promise.resolve(void ended.push(['session', uid, ends])),
  endClient: (uid: string, ends: unknown) => Promise.resolve(void ended.push(['client', uid, ends])),
};
const adapter = (model: string) =>
  new PrismaArtifacts(model, { prisma, clock, endings, currentSession: () => current });

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

  it('keep, of a session that two requests hold, the clients of both, and none that was taken out meanwhile', async () => {
    const sessions = adapter('Session');
    const base = { jti: 'cookie', uid: 'shared', accountId: 'ana' };
    await sessions.upsert('cookie', { ...base, authorizations: { old: { sid: '0' }, gone: { sid: '9' } } }, 60);
    const [first, second] = [await sessions.find('cookie'), await sessions.find('cookie')];
    current = { uid: 'shared', wasStored: true, renamedFrom: undefined };
    first!.authorizations!.a = { sid: '1' };
    delete first!.authorizations!.gone;
    await sessions.upsert('cookie', first!, 60);
    second!.authorizations!.b = { sid: '2' };
    await sessions.upsert('cookie', second!, 60);
    current = undefined;
    const stored = await sessions.find('cookie');
    expect(stored!.authorizations).toEqual({ old: { sid: '0' }, a: { sid: '1' }, b: { sid: '2' } });
    await sessions.destroy('cookie');
    ended.length = 0;
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
  });

  it('live until their instant and not a moment longer', async () => {
    await adapter('Session').upsert('cookie-4', { jti: 'cookie-4', uid: 'uid-4', accountId: 'ana' }, 60);
    clock.pass(59.999);
    expect(await adapter('Session').find('cookie-4')).toBeDefined();
    clock.pass(0.001);
    expect(await adapter('Session').find('cookie-4')).toBeUndefined();
    expect(await adapter('Session').findByUid('uid-4')).toBeUndefined();
  });

  it.each(['cookie-5', 'its row'])('are not deleted but ended, by %s', async (by) => {
    const sessions = adapter('Session');
    const ends = { kind: 'session', actor: 'ana', switched: false } as const;
    current = undefined;
    await sessions.upsert('cookie-5', { jti: 'cookie-5', uid: 'uid-5', accountId: 'ana' }, 60);
    const row = await sessions.findByUid('uid-5');
    current = { uid: 'uid-5', wasStored: true, renamedFrom: undefined, ends };
    await sessions.destroy(by === 'its row' ? String(row?.jti) : by);
    expect(ended.splice(0)).toEqual([['session', 'uid-5', ends]]);
  });

  it('leave the grants to their end while they are being ended', async () => {
    current = undefined;
    await adapter('Grant').upsert('g-6', { jti: 'g-6', accountId: 'ana' }, 60);
    await adapter('AccessToken').upsert('at-6', { jti: 'at-6', grantId: 'g-6' }, 60);
    const ends = { kind: 'client', actor: 'ana', clientId: 'app' } as const;
    current = { uid: 'uid-6', wasStored: true, renamedFrom: undefined, ends };
    await adapter('AccessToken').revokeByGrantId('g-6');
    await adapter('Grant').destroy('g-6');
    expect(await adapter('AccessToken').find('at-6')).toBeDefined();
    expect(await adapter('Grant').find('g-6')).toBeDefined();
    await adapter('Session').upsert('cookie-6', { jti: 'cookie-6', uid: 'uid-6' }, 60);
    expect(ended.splice(0)).toEqual([['client', 'uid-6', ends]]);
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

  it('stay ended when a request that had read them writes them back, and it is told', async () => {
    let gone = 0;
    current = { uid: 'uid-3', wasStored: true, renamedFrom: undefined, onGone: () => (gone += 1) };
    await adapter('Session').upsert('cookie-3', { jti: 'cookie-3', uid: 'uid-3' }, 60);
    expect(await adapter('Session').find('cookie-3')).toBeUndefined();
    expect(gone).toBe(1);
  });
});
