import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Secret, TOTP } from 'otpauth';
import { TokenCipher } from '#store';
import { TestClock } from '../../../../test/support/clock.js';
import { freshDatabase } from '../../../../test/support/databases.js';
import { IdpPrisma } from '../adapter/idp-prisma.service.js';
import { Audit } from '../audit/audit.service.js';
import type { SessionEndings } from '../endings/session-endings.service.js';
import { PendingSecrets } from './pending-secrets.js';
import { SecondFactor } from './second-factor.service.js';

const clock = new TestClock();
const cipher = new TokenCipher([{ kid: 'test', secret: randomBytes(32) }]);
const ended: unknown[] = [];
/** Stands in for the sessions, of which there are none here. */
const endings = {
  endAllOf: (...told: unknown[]) => Promise.resolve(ended.push(told)),
} as unknown as SessionEndings;
let prisma: IdpPrisma;
let factor: SecondFactor;
let secret: string;
let codes: readonly string[];

const codeAt = (ms = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: 30 }).generate({
    timestamp: clock.now().getTime() + ms,
  });
const deeds = async () => (await prisma.auditEntry.findMany({ orderBy: { id: 'asc' } })).map(({ action }) => action);

beforeAll(async () => {
  prisma = new IdpPrisma(await freshDatabase('idp'));
  factor = new SecondFactor(prisma, new PendingSecrets(cipher), endings, new Audit(prisma, clock), clock);
});
afterAll(() => prisma.onApplicationShutdown());

beforeEach(async () => {
  await prisma.account.deleteMany();
  await prisma.auditEntry.deleteMany();
  for (const sub of ['ana', 'ben']) {
    await prisma.account.create({ data: { sub, login: sub, name: sub, email: `${sub}@e.test`, passwordHash: 'x' } });
  }
  const begun = factor.beginEnrolment('ana', 'here');
  ({ secret } = begun);
  const done = await factor.finishEnrolment('ana', { place: 'here', sealed: begun.sealed, code: codeAt() });
  codes = done.kind === 'enrolled' ? done.recoveryCodes : [];
});

describe('setting an authenticator app up', () => {
  it('keeps the secret encrypted and the recovery codes hashed', async () => {
    expect(codes).toHaveLength(10);
    const rows = JSON.stringify([await prisma.account.findMany(), await prisma.recoveryCode.findMany()]);
    for (const text of [secret, ...codes, ...codes.map((code) => code.replaceAll('-', ''))]) {
      expect(rows).not.toContain(text);
    }
    expect(await deeds()).toEqual(['mfa.enrolled']);
  });

  it.each([
    ['of another person', 'ana', 'there'],
    ['of another page', 'ben', 'elsewhere'],
  ])('takes no secret %s', async (_what, sub, place) => {
    const { sealed, secret: mine } = factor.beginEnrolment(sub, place);
    secret = mine;
    expect(await factor.finishEnrolment('ben', { place: 'there', sealed, code: codeAt() })).toEqual({ kind: 'stale' });
  });

  it('takes no secret that we did not seal, and none that is kept for another use', async () => {
    const { totpSecret } = await prisma.account.findUniqueOrThrow({ where: { sub: 'ana' } });
    for (const sealed of ['', secret, totpSecret!]) {
      expect(await factor.finishEnrolment('ben', { place: 'there', sealed, code: codeAt() })).toEqual({
        kind: 'stale',
      });
    }
  });

  it('wants a right code of the app first', async () => {
    const { sealed } = factor.beginEnrolment('ben', 'there');
    const done = await factor.finishEnrolment('ben', { place: 'there', sealed, code: '12345' });
    expect(done).toEqual({ kind: 'wrong_code' });
  });

  it('never replaces an app that is in use', async () => {
    const begun = factor.beginEnrolment('ana', 'here');
    secret = begun.secret;
    const done = await factor.finishEnrolment('ana', { place: 'here', sealed: begun.sealed, code: codeAt() });
    expect(done).toEqual({ kind: 'stale' });
  });
});

describe('a code of the app', () => {
  it('works once, also the one that set it up', async () => {
    expect(await factor.verify('ana', codeAt())).toBeUndefined();
    clock.advance(30_000);
    expect(await factor.verify('ana', codeAt())).toBe('totp');
    expect(await factor.verify('ana', codeAt())).toBeUndefined();
    expect(await deeds()).toEqual(['mfa.enrolled', 'mfa.refused', 'mfa.accepted', 'mfa.refused']);
  });

  it('works once also for two requests at the same instant', async () => {
    clock.advance(30_000);
    const proofs = await Promise.all(Array.from({ length: 8 }, () => factor.verify('ana', codeAt())));
    expect(proofs.filter((proof) => proof === 'totp')).toHaveLength(1);
  });

  it('works a step late or early, but none before one that was used', async () => {
    clock.advance(90_000);
    expect(await factor.verify('ana', codeAt(-60_000))).toBeUndefined();
    expect(await factor.verify('ana', codeAt(-30_000))).toBe('totp');
    expect(await factor.verify('ana', codeAt(60_000))).toBeUndefined();
    expect(await factor.verify('ana', codeAt(30_000))).toBe('totp');
    expect(await factor.verify('ana', codeAt())).toBeUndefined();
  });

  it('is nothing to another person', async () => {
    clock.advance(30_000);
    expect(await factor.verify('ben', codeAt())).toBeUndefined();
  });
});

describe('a recovery code', () => {
  it('works once, however it is typed', async () => {
    expect(await factor.verify('ana', ` ${codes[0]!.toUpperCase().replaceAll('-', ' ')}`)).toBe('recovery_code');
    expect(await factor.verify('ana', codes[0]!)).toBeUndefined();
    expect(await factor.recoveryCodesLeft('ana')).toBe(9);
  });

  it('works once also for many requests at the same instant', async () => {
    const proofs = await Promise.all(Array.from({ length: 8 }, () => factor.verify('ana', codes[1]!)));
    expect(proofs.filter((proof) => proof !== undefined)).toHaveLength(1);
  });

  it('works for its person alone, and not after new ones were made', async () => {
    expect(await factor.verify('ben', codes[2]!)).toBeUndefined();
    const renewed = await factor.newRecoveryCodes('ana');
    expect(await factor.verify('ana', codes[2]!)).toBeUndefined();
    expect(await factor.verify('ana', renewed[2]!)).toBe('recovery_code');
  });
});

describe('a reset', () => {
  it('takes the app and the codes away and ends all sessions, once', async () => {
    expect(await factor.reset('ana', 'operator')).toBe(true);
    expect(ended).toEqual([['ana', { cause: 'mfa_reset', actor: 'operator', offlineToo: true }]]);
    expect(await factor.verify('ana', codes[0]!)).toBeUndefined();
    expect(await factor.reset('ana', 'operator')).toBe(false);
    expect(await deeds()).toEqual(['mfa.enrolled', 'mfa.reset', 'mfa.refused']);
  });
});
