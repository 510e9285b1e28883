import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SystemClock } from '#http';
import { freshDatabase } from '../../../../test/support/databases.js';
import { IdpPrisma } from '../adapter/idp-prisma.service.js';
import { DeviceCookies } from '../limits/device-cookie.js';
import { SignInLimits } from './sign-in-limits.js';

const config = { IDP_ISSUER: 'https://idp.test', IDP_COOKIE_KEYS: ['a key of these tests'] };
const devices = new DeviceCookies(config);
let prisma: IdpPrisma;
let limits: SignInLimits;

beforeAll(async () => {
  prisma = new IdpPrisma(await freshDatabase('idp'));
  limits = new SignInLimits(prisma, new SystemClock(), devices, config);
});
afterAll(() => prisma.onApplicationShutdown());

const from = (ip: string, cookie?: string) => ({ ip, headers: { cookie } }) as FastifyRequest;

/** Gives the cookie of a browser in which these people have signed in. */
function browserOf(...subs: readonly string[]): string {
  let cookie: string | undefined;
  for (const sub of subs) {
    const reply = { header: (_name: string, value: string) => (cookie = value.split(';')[0]) };
    devices.remember(from('192.0.2.1', cookie), reply as unknown as FastifyReply, sub, 'password');
  }
  return cookie ?? '';
}

/** Fails as often as it may, at most `n` times; gives how often that was. */
async function failures(n: number, login: string, request: FastifyRequest, sub?: string): Promise<number> {
  const admissions = await Promise.all(Array.from({ length: n }, () => limits.admit(login, sub, request)));
  return admissions.filter(({ allowed }) => allowed).length;
}

describe('guessing at one account', () => {
  it('is refused after five failures from one address, for whoever has the name, and says until when', async () => {
    expect(await failures(9, 'one', from('198.51.100.1'))).toBe(5);
    expect(await limits.admit(' ONE ', undefined, from('198.51.100.1'))).toEqual({
      allowed: false,
      retryAfterS: expect.any(Number),
    });
    expect(await failures(1, 'one', from('198.51.100.2'))).toBe(1);
    expect(await failures(1, 'another', from('198.51.100.1'))).toBe(1);
  });

  it('counts one /64 of IPv6 as one address', async () => {
    expect(await failures(4, 'six', from('2001:db8::1'))).toBe(4);
    expect(await failures(4, 'six', from('2001:db8::2'))).toBe(1);
    expect(await failures(4, 'six', from('2001:db8:0:1::2'))).toBe(4);
  });

  it('counts nothing that turned out right', async () => {
    for (let n = 0; n < 9; n += 1) {
      const admission = await limits.admit('right', 'sub-right', from('198.51.100.9'));
      expect(admission.allowed).toBe(true);
      if (admission.allowed) await admission.takeBack();
    }
  });
});

describe('trying many names', () => {
  it('is refused after thirty failures from one address', async () => {
    const tried = await Promise.all(
      Array.from({ length: 40 }, (_, at) => failures(1, `name ${at}`, from('198.51.100.10'))),
    );
    expect(tried.filter((count) => count === 1)).toHaveLength(30);
  });
});

describe('an attack on one account from forty addresses', () => {
  const victim = { login: 'victim', sub: 'sub-victim' };
  const known = browserOf('sub-somebody', victim.sub);
  beforeAll(async () => {
    for (let at = 1; at <= 40; at += 1) await failures(5, victim.login, from(`203.0.113.${at}`), victim.sub);
  });

  it('leaves each further address one try', async () => {
    expect(await failures(5, victim.login, from('203.0.113.200'), victim.sub)).toBe(1);
  });

  it('never refuses the first try of the person, in whatever browser and from wherever', async () => {
    expect(await failures(1, victim.login, from('192.0.2.77'), victim.sub)).toBe(1);
  });

  it('takes nothing from a browser that the person has signed in with, not even at an address that is refused', async () => {
    const here = from('203.0.113.1', known);
    expect(await failures(1, victim.login, from('203.0.113.1'), victim.sub)).toBe(0);
    expect(await failures(9, victim.login, here, victim.sub)).toBe(5);
  });

  it('gains nothing by a cookie of another person, a forged one, or one of another browser', async () => {
    const [id = '', ...tags] = known.split('=')[1]!.split('.');
    const other = browserOf(victim.sub).split('=')[1]!.split('.')[1]!;
    for (const cookie of [
      browserOf('sub-attacker'),
      `__Host-idp_device=${id}.${'A'.repeat(22)}`,
      `__Host-idp_device=${id}`,
      `__Host-idp_device=${id}.${other}`,
      `__Host-idp_device=${'A'.repeat(22)}.${tags.join('.')}`,
      `idp_device=${id}.${tags.join('.')}`,
    ]) {
      expect(devices.idOf(from('192.0.2.1', cookie), victim.sub, 'password')).toBeUndefined();
      expect(await failures(1, victim.login, from('203.0.113.2', cookie), victim.sub)).toBe(0);
    }
  });
});

describe('the cookie of a browser', () => {
  it('knows several people, and what each of them has done', () => {
    const request = from('192.0.2.1', browserOf('sub-ana', 'sub-ben'));
    expect(devices.idOf(request, 'sub-ana', 'password')).toBe(devices.idOf(request, 'sub-ben', 'password'));
    expect(devices.idOf(request, 'sub-ana', 'password')).toMatch(/^[\w-]{22}$/);
    expect(devices.idOf(request, 'sub-ana', 'second_factor')).toBeUndefined();
    expect(devices.idOf(request, 'sub-cem', 'password')).toBeUndefined();
  });

  it('is still known after the key that signs has changed', () => {
    const rotated = new DeviceCookies({ ...config, IDP_COOKIE_KEYS: ['a newer key', ...config.IDP_COOKIE_KEYS] });
    expect(rotated.idOf(from('192.0.2.1', browserOf('sub-ana')), 'sub-ana', 'password')).toBeDefined();
  });
});
