import { randomBytes } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigError } from '#config';
import { Clock } from '#session';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { freshDatabase } from '../../../../test/support/databases.js';
import { IdpPrisma } from '../adapter/idp-prisma.service.js';
import { Audit } from '../audit/audit.service.js';
import { KeyRing, type KeyRingConfig } from './key-ring.js';

class TestClock extends Clock {
  instant = new Date('2030-01-01T00:00:00Z');
  now(): Date {
    return this.instant;
  }
  pass(seconds: number): void {
    this.instant = new Date(this.instant.getTime() + seconds * 1000);
  }
}

const AHEAD_S = 900;
const SESSION_S = 30 * 86_400;
const BY = { actor: 'operator', address: '127.0.0.1' };
const secret = (kid: string) => ({ kid, secret: randomBytes(32) });

let clock: TestClock;
let prisma: IdpPrisma;
let config: KeyRingConfig;
const opened: IdpPrisma[] = [];
const ringOf = (over: Partial<KeyRingConfig> = {}) =>
  new KeyRing({ ...config, ...over }, prisma, new Audit(prisma, clock), clock);
const states = async (ring: KeyRing) => (await ring.list()).map(({ alg, state }) => `${alg} ${state}`);
const kids = async (ring: KeyRing) => (await ring.load()).keys.map((key) => ('kid' in key ? key.kid : undefined));

beforeEach(async () => {
  clock = new TestClock();
  prisma = new IdpPrisma(await freshDatabase('idp'));
  opened.push(prisma);
  config = {
    IDP_SECRET_KEYS: [secret('a')],
    KEY_PUBLISHED_AHEAD_S: AHEAD_S,
    SESSION_ABSOLUTE_S: SESSION_S,
    IDP_JWKS: undefined,
  };
});
afterAll(() => Promise.all(opened.map((one) => one.onApplicationShutdown())));

async function configured(
  alg: string,
  kid: string,
): Promise<JWK & { kty: 'RSA' | 'EC' | 'OKP'; kid: string; d: string }> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid, kty: jwk.kty === 'RSA' ? 'RSA' : 'EC', d: jwk.d ?? '' };
}

async function publicPart(): Promise<{ x?: string; y?: string }> {
  const { x = '', y = '' } = await configured('ES256', 'another');
  return { x, y };
}

describe('the ring at the first start', () => {
  it('makes one RS256 key, even when four replicas start at once, and keeps it', async () => {
    await Promise.all([ringOf(), ringOf(), ringOf(), ringOf()].map((ring) => ring.begin()));
    expect(await states(ringOf())).toEqual(['RS256 signing']);
    const before = await kids(ringOf());
    await ringOf().begin();
    expect(await kids(ringOf())).toEqual(before);
  });

  it('rests encrypted, and says which key of the configuration is missing', async () => {
    await ringOf().begin();
    const [row] = await prisma.signingKey.findMany();
    expect(row?.sealed).toMatch(/^v1\.a\./);
    const other = ringOf({ IDP_SECRET_KEYS: [secret('a')] });
    await expect(other.begin()).rejects.toThrow(ConfigError);
    await expect(other.begin()).rejects.toThrow(/IDP_SECRET_KEYS/);
  });

  it('takes configured keys over once: the first of an algorithm signs, the next only verifies', async () => {
    const keys = [await configured('RS256', 'r1'), await configured('RS256', 'r2'), await configured('ES256', 'e1')];
    await ringOf({ IDP_JWKS: { keys } }).begin();
    await ringOf({ IDP_JWKS: { keys: [await configured('RS256', 'r3'), ...keys] } }).begin();
    expect(await kids(ringOf())).toEqual(['r1', 'e1', 'r2', 'r3']);
    expect((await ringOf().list()).find(({ kid }) => kid === 'r3')?.state).toBe('retired');
  });

  it('makes an RS256 key beside a configured one of another algorithm', async () => {
    await ringOf({ IDP_JWKS: { keys: [await configured('ES256', 'e1')] } }).begin();
    expect((await states(ringOf())).sort()).toEqual(['ES256 signing', 'RS256 signing']);
  });

  it.each([
    [
      'its public part belongs to another key',
      async () => ({ ...(await configured('ES256', 'k')), ...(await publicPart()) }),
    ],
    ['it is for an algorithm that is not used', () => configured('ES384', 'k')],
    ['it is for encryption', async () => ({ ...(await configured('RS256', 'k')), use: 'enc' })],
  ])('refuses a configured key when %s, and writes nothing', async (_why, make) => {
    const ring = ringOf({ IDP_JWKS: { keys: [await make()] } });
    await expect(ring.begin()).rejects.toThrow(/IDP_JWKS: keys\.0 /);
    expect(await prisma.signingKey.count()).toBe(0);
  });
});

describe('a rotation', () => {
  it('publishes at once, signs later, and keeps the old key for the longest session', async () => {
    const ring = ringOf();
    await ring.begin();
    clock.pass(1);
    const [old] = await kids(ring);
    const rotated = await ring.rotate('RS256', { now: false }, BY);
    expect(rotated).toMatchObject({ kind: 'rotated', replaces: old });
    const fresh = rotated.kind === 'rotated' ? rotated.kid : '';
    expect(await kids(ring)).toEqual([old, fresh]);
    clock.pass(AHEAD_S - 1);
    expect(await kids(ring)).toEqual([old, fresh]);
    clock.pass(1);
    expect(await kids(ring)).toEqual([fresh, old]);
    clock.pass(SESSION_S);
    expect(await kids(ring)).toEqual([fresh, old]);
    clock.pass(86_400);
    expect(await kids(ring)).toEqual([fresh]);
    expect(await prisma.auditEntry.findMany()).toMatchObject([
      { action: 'key.rotated', ...BY, detail: { kid: fresh } },
    ]);
  });

  it('is one at a time, unless it is at once: then the key that was to follow is dropped', async () => {
    const ring = ringOf();
    await ring.begin();
    clock.pass(1);
    const first = await ring.rotate('RS256', { now: false }, BY);
    expect(await ring.rotate('RS256', { now: false }, BY)).toEqual({ kind: 'under_way', kid: first.kid });
    const emergency = await ring.rotate('RS256', { now: true }, BY);
    expect((await kids(ring))[0]).toBe(emergency.kid);
    expect(await kids(ring)).not.toContain(first.kid);
    expect(await states(ring)).toEqual(['RS256 signing', 'RS256 retired']);
  });

  it('leaves the other algorithms alone, and the first key of one signs at once', async () => {
    const ring = ringOf();
    await ring.begin();
    clock.pass(1);
    await ring.rotate('ES256', { now: false }, BY);
    expect((await states(ring)).sort()).toEqual(['ES256 signing', 'RS256 signing']);
  });

  it('is in order even when the clock of the replica that made it is behind', async () => {
    const ring = ringOf();
    await ring.begin();
    clock.pass(-5);
    const rotated = await ring.rotate('RS256', { now: true }, BY);
    clock.pass(10);
    expect((await kids(ring))[0]).toBe(rotated.kid);
  });

  it('by two replicas at once makes one key', async () => {
    await ringOf().begin();
    const both = await Promise.all([ringOf(), ringOf()].map((ring) => ring.rotate('RS256', { now: false }, BY)));
    expect(both.map(({ kind }) => kind).sort()).toEqual(['rotated', 'under_way']);
  });

  it('that breaks off halfway has changed nothing', async () => {
    const ring = ringOf();
    await ring.begin();
    clock.pass(1);
    const before = await ring.list();
    await prisma.$executeRaw`ALTER TABLE "AuditEntry" ADD CONSTRAINT breaks CHECK ("action" <> 'key.rotated')`; // the last write
    await expect(ring.rotate('RS256', { now: true }, BY)).rejects.toThrow();
    expect(await ring.list()).toEqual(before);
  });
});

describe('taking a key away', () => {
  it('is refused while it signs or is needed, and possible when its time is over', async () => {
    const ring = ringOf();
    await ring.begin();
    clock.pass(1);
    const [old = ''] = await kids(ring);
    expect(await ring.remove(old, { compromised: true }, BY)).toBe('signs');
    await ring.rotate('RS256', { now: true }, BY);
    expect(await ring.remove(old, { compromised: false }, BY)).toBe('needed');
    clock.pass(SESSION_S + 86_400);
    expect(await ring.remove(old, { compromised: false }, BY)).toBe('removed');
    expect(await ring.remove(old, { compromised: false }, BY)).toBe('unknown');
  });

  it('erases it for good: the configuration does not bring it back', async () => {
    const IDP_JWKS = { keys: [await configured('RS256', 'r1')] };
    const ring = ringOf({ IDP_JWKS });
    await ring.begin();
    clock.pass(1);
    await ring.rotate('RS256', { now: true }, BY);
    expect(await ring.remove('r1', { compromised: true }, BY)).toBe('removed');
    await ringOf({ IDP_JWKS }).begin();
    expect(await kids(ring)).not.toContain('r1');
    expect(await prisma.signingKey.findUnique({ where: { kid: 'r1' } })).toMatchObject({ sealed: '' });
  });

  it('of a key that was to follow lets the one before go on', async () => {
    const ring = ringOf();
    await ring.begin();
    clock.pass(1);
    const next = await ring.rotate('RS256', { now: false }, BY);
    expect(await ring.remove(next.kid, { compromised: false }, BY)).toBe('needed');
    expect(await ring.remove(next.kid, { compromised: true }, BY)).toBe('removed');
    clock.pass(SESSION_S * 3);
    expect(await states(ring)).toEqual(['RS256 signing']);
    expect((await ring.list())[0]?.removeAfter).toBeUndefined();
  });
});
