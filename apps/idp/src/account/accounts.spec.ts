import { randomBytes, scryptSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '#http';
import { TokenCipher } from '#store';
import { freshDatabase } from '../../../../test/support/databases.js';
import { IdpPrisma } from '../adapter/idp-prisma.service.js';
import { Audit } from '../audit/audit.service.js';
import type { SessionEndings } from '../endings/session-endings.service.js';
import { Accounts } from './accounts.service.js';
import { openTotpSecret } from './authenticator-secret.js';

const cipher = new TokenCipher([{ kid: 'test', secret: randomBytes(32) }]);
let ended: unknown[];
/** Stands in for the sessions, of which there are none here. */
const endings = {
  endAllOf: (sub: string, how: { cause: string; actor: string }) =>
    Promise.resolve(ended.push([sub, how.cause, how.actor])),
} as unknown as SessionEndings;
let prisma: IdpPrisma;
let accounts: Accounts;

beforeAll(async () => {
  prisma = new IdpPrisma(await freshDatabase('idp'));
  accounts = new Accounts(prisma, cipher, endings, new Audit(prisma, new SystemClock()));
});
afterAll(() => prisma.onApplicationShutdown());
beforeEach(async () => {
  await prisma.account.deleteMany();
  ended = [];
});

const ANA = {
  sub: 'sub-ana',
  login: 'ana',
  name: 'Ana',
  email: 'ana@e.test',
  password: 'configured',
  mfa_required: false,
};
const NEW = { login: ' Ben ', name: 'Ben', email: 'ben@e.test', password: 'long enough' };
const row = () => prisma.account.findUniqueOrThrow({ where: { sub: 'sub-ana' } });

describe('configured people', () => {
  const TOTP = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

  it('keep a password that they changed, through a restart', async () => {
    await accounts.seed([ANA]);
    expect(await accounts.changePassword('sub-ana', 'my own choice')).toBeUndefined();
    await accounts.seed([{ ...ANA, name: 'Ana B' }]);
    expect(await accounts.authenticate('ana', 'configured')).toBeUndefined();
    expect(await accounts.authenticate('ana', 'my own choice')).toMatchObject({ name: 'Ana B' });
    expect(ended).toEqual([['sub-ana', 'password_changed', 'sub-ana']]);
  });

  it('get another password when the configuration gives another, and their sessions end', async () => {
    await accounts.seed([ANA]);
    await accounts.changePassword('sub-ana', 'my own choice');
    await accounts.seed([{ ...ANA, password: 'configured anew' }]);
    expect(await accounts.authenticate('ana', 'configured anew')).toBeDefined();
    expect(await accounts.authenticate('ana', 'my own choice')).toBeUndefined();
    expect(ended.at(-1)).toEqual(['sub-ana', 'password_changed', 'operator']);
  });

  it('get their second factor once: a restart does not undo a reset', async () => {
    await accounts.seed([{ ...ANA, totp_secret: TOTP, mfa_required: true }]);
    const { totpSecret, mfaRequired } = await row();
    expect(totpSecret).not.toContain(TOTP);
    expect([openTotpSecret(cipher, 'sub-ana', totpSecret!), mfaRequired]).toEqual([TOTP, true]);
    await prisma.account.update({ where: { sub: 'sub-ana' }, data: { totpSecret: null, mfaRequired: false } });
    await accounts.seed([{ ...ANA, totp_secret: TOTP, mfa_required: true }]);
    expect(await row()).toMatchObject({ totpSecret: null, mfaRequired: false });
  });

  it('of a version that did not note the configured password keep theirs', async () => {
    await accounts.seed([ANA]);
    await prisma.account.update({ where: { sub: 'sub-ana' }, data: { configuredPassword: null } });
    await accounts.seed([ANA]);
    expect(await accounts.authenticate('ana', 'configured')).toBeDefined();
    expect(ended).toEqual([]);
  });
});

describe('a password', () => {
  it('changes to one that is long enough, says no name, and is another; else nothing changes', async () => {
    await accounts.seed([ANA]);
    for (const [password, fault] of [
      ['short', 'too_short'],
      ['ana@e.test', 'is_public'],
      ['configured', 'is_old'],
    ] as const) {
      expect(await accounts.changePassword('sub-ana', password)).toBe(fault);
    }
    expect(ended).toEqual([]);
    expect(await accounts.authenticate('ana', 'configured')).toBeDefined();
  });

  it('is hashed anew at sign-in when its hash was made with weaker parameters', async () => {
    await accounts.seed([ANA]);
    const salt = randomBytes(16);
    const weak = scryptSync('configured', salt, 32, { N: 16_384, r: 8, p: 1 }).toString('base64url');
    const passwordHash = `scrypt$16384$8$1$${salt.toString('base64url')}$${weak}`;
    await prisma.account.update({ where: { sub: 'sub-ana' }, data: { passwordHash } });
    expect(await accounts.authenticate('ana', 'wrong')).toBeUndefined();
    expect((await row()).passwordHash).toBe(passwordHash);
    expect(await accounts.authenticate('ana', 'configured')).toBeDefined();
    expect((await row()).passwordHash).toMatch(/^scrypt\$32768\$8\$3\$/);
    expect(await accounts.authenticate('ana', 'configured')).toBeDefined();
  });

  it('opens no account that an operator has shut', async () => {
    await accounts.seed([ANA]);
    expect(await accounts.update('sub-ana', { disabled: true })).toMatchObject({ kind: 'written' });
    expect(await accounts.authenticate('ana', 'configured')).toBeUndefined();
    expect(ended).toEqual([['sub-ana', 'account_disabled', 'operator']]);
  });

  it('takes as long to refuse for a name that nobody has', async () => {
    await accounts.seed([ANA]);
    const timeOf = async (login: string) => {
      const begun = performance.now();
      await accounts.authenticate(login, 'wrong');
      return performance.now() - begun;
    };
    await timeOf('nobody'); // the first one waits for a hash
    const [known, unknown] = [await timeOf('ana'), await timeOf('nobody')];
    expect(Math.min(known, unknown) / Math.max(known, unknown)).toBeGreaterThan(0.2); // a skipped hash would be 100 times faster
  });
});

describe('people whom operators write', () => {
  it('are listed page by page, and found by a part of login, name or e-mail address', async () => {
    for (const login of ['c', 'a', 'b'])
      await accounts.create({ ...NEW, sub: `sub-${login}`, login, name: `The ${login}` });
    const subs = async (query: object) => (await accounts.list({ limit: 2, ...query })).map(({ sub }) => sub);
    expect(await subs({})).toEqual(['sub-a', 'sub-b']);
    expect(await subs({ after: 'sub-b' })).toEqual(['sub-c']);
    expect(await subs({ search: 'tHE C' })).toEqual(['sub-c']);
    expect(await subs({ search: '\0' })).toEqual([]);
    expect(JSON.stringify(await accounts.list({ limit: 9 }))).not.toMatch(/scrypt|passwordHash|totpSecret/);
  });

  it('have a login that nobody else has, and a password by the rules', async () => {
    expect(await accounts.create(NEW)).toMatchObject({ kind: 'written', person: { login: 'ben', mfa: false } });
    expect(await accounts.create({ ...NEW, login: 'BEN' })).toEqual({ kind: 'taken' });
    expect(await accounts.create({ ...NEW, login: 'x', password: 'short' })).toEqual({
      kind: 'refused',
      fault: 'too_short',
    });
    const { sub } = (await accounts.findByLogin('ben'))!;
    await accounts.create({ ...NEW, login: 'other' });
    expect(await accounts.update(sub, { login: 'other' })).toEqual({ kind: 'taken' });
    expect(await accounts.update(sub, { password: 'Ben ' })).toEqual({ kind: 'refused', fault: 'too_short' });
    expect(await accounts.update('nobody', { name: 'x' })).toEqual({ kind: 'unknown' });
  });

  it('are signed out by a new password, and when they are removed', async () => {
    await accounts.seed([ANA]);
    await accounts.update('sub-ana', { name: 'Another' });
    expect(ended).toEqual([]);
    await accounts.update('sub-ana', { password: 'by the operator' });
    expect(await accounts.authenticate('ana', 'by the operator')).toMatchObject({ name: 'Another' });
    expect(await accounts.remove('sub-ana')).toBe(true);
    expect(await accounts.remove('sub-ana')).toBe(false);
    expect(ended).toEqual([
      ['sub-ana', 'password_changed', 'operator'],
      ['sub-ana', 'account_disabled', 'operator'],
    ]);
    expect(await accounts.find('sub-ana')).toBeUndefined();
  });
});
