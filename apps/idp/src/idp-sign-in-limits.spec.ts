import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '../../../test/support/databases.js';
import { type Answer, Browser } from '../test/browser.js';
import { ask } from '../test/journey.js';
import { startTestIdp, type TestIdp } from '../test/test-idp.js';
import { IdpPrisma } from './adapter/idp-prisma.service.js';

let idp: TestIdp;
let prisma: IdpPrisma;
beforeAll(async () => {
  const url = await freshDatabase('idp');
  prisma = new IdpPrisma(url);
  idp = await startTestIdp(url, {
    env: { IDP_TRUSTED_PROXIES: '127.0.0.0/8,::1' },
    people: { cora: {}, dan: {}, eve: {} },
  });
});
afterAll(async () => {
  await idp.close();
  await prisma.onApplicationShutdown();
});

/** A browser behind a proxy, which says where the browser is. */
class DistantBrowser extends Browser {
  constructor(private readonly address: string) {
    super();
  }

  override async submit(page: Answer, base: string, fields: Readonly<Record<string, string>>): Promise<Answer> {
    const action = /<form[^>]* action="([^"]+)"/.exec(page.text)![1]!;
    const token = /name="token" value="([^"]+)"/.exec(page.text)![1]!;
    const url = new URL(action, base).href;
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        cookie: await this.jar.getCookieString(url),
        'x-forwarded-for': `6.6.6.6, ${this.address}`,
        'x-forwarded-host': 'evil.test',
        'x-forwarded-proto': 'https',
      },
      body: new URLSearchParams({ token, ...fields }),
    });
    for (const line of response.headers.getSetCookie()) await this.jar.setCookie(line, url);
    const location = response.headers.get('location');
    const to = location === null ? undefined : new URL(location, url);
    return { status: response.status, headers: response.headers, text: await response.text(), location: to };
  }
}

/** Types a name and a password into a fresh sign-in page. */
async function attempt(browser: Browser, login: string, password = 'wrong'): Promise<Answer> {
  return browser.submit(await ask(idp, browser), idp.issuer, { login, password });
}

async function statuses(n: number, what: () => Promise<Answer>): Promise<readonly number[]> {
  const all: number[] = [];
  for (let at = 0; at < n; at += 1) all.push((await what()).status);
  return all;
}

describe('guessing passwords', () => {
  it.each(['ana', 'nobody'])(
    'ends at the sixth try from one address, for %s, with a page that says when',
    async (login) => {
      const address = `198.51.100.${login.length}`;
      expect(await statuses(5, () => attempt(new DistantBrowser(address), login))).toEqual([401, 401, 401, 401, 401]);
      const refused = await attempt(new DistantBrowser(address), login, `${login}'s password`);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(200);
      expect(refused.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(refused.text).toContain('Too many attempts');
      expect(refused.text).toMatch(/try again in [45] minutes/);
    },
  );

  it('leaves the person a way in from elsewhere', async () => {
    expect((await attempt(new DistantBrowser('198.51.100.200'), 'ana', "ana's password")).status).toBe(303);
  });

  it('leaves a browser alone that the person has signed in with before', async () => {
    const own = new DistantBrowser('198.51.100.50');
    const accepted = await attempt(own, 'ben', "ben's password");
    const cookie = accepted.headers.getSetCookie().find((line) => line.startsWith('idp_device='));
    expect(cookie).toMatch(/^idp_device=[\w-]{22}\.[\w-]{22}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
    await own.get(accepted.location!);
    const guesses = await Promise.all(
      Array.from({ length: 8 }, () => attempt(new DistantBrowser('198.51.100.50'), 'ben')),
    );
    expect(guesses.map(({ status }) => status).sort()).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    const page = await ask(idp, own, 'gateway', { prompt: 'login' });
    expect((await own.submit(page, idp.issuer, { login: 'ben', password: "ben's password" })).status).toBe(303);
  });

  it('is not limited by an address that the browser made up', async () => {
    const guesses = await statuses(6, () => attempt(new DistantBrowser('198.51.100.60'), 'cora'));
    expect(guesses.at(-1)).toBe(429); // 6.6.6.6 stands before it each time, and is nobody we trust
    const [deed] = await prisma.auditEntry.findMany({ where: { sub: 'sub-cora' } });
    expect(deed).toMatchObject({ address: '198.51.100.60' });
  });

  it('leads nobody elsewhere by what a proxy says of host and scheme', async () => {
    const accepted = await attempt(new DistantBrowser('198.51.100.70'), 'dan', "dan's password");
    expect(accepted.location?.origin).toBe(idp.issuer);
  });
});

describe('an account that an operator has shut', () => {
  it('is answered like a wrong password', async () => {
    await prisma.account.update({ where: { sub: 'sub-eve' }, data: { disabled: true } });
    const [shut, wrong] = [
      await attempt(new DistantBrowser('198.51.100.80'), 'eve', "eve's password"),
      await attempt(new DistantBrowser('198.51.100.81'), 'eve', 'wrong'),
    ];
    const faultOf = ({ status, text }: Answer) => [status, /role="alert">([^<]+)</.exec(text)?.[1]];
    expect(faultOf(shut)).toEqual([401, 'The name or the password is wrong.']);
    expect(faultOf(wrong)).toEqual(faultOf(shut));
  });
});

describe('the audit trail of signing in', () => {
  it('says who, where and why, but never the name that somebody typed', async () => {
    const deeds = await prisma.auditEntry.findMany({ where: { action: { startsWith: 'sign_in.' } } });
    const of = (sub: string | null) => deeds.filter((deed) => deed.sub === sub);
    expect(of('sub-dan')).toMatchObject([
      { action: 'sign_in.accepted', actor: 'sub-dan', clientId: 'gateway', address: '198.51.100.70' },
    ]);
    expect(of('sub-eve')[0]).toMatchObject({ action: 'sign_in.refused', detail: { reason: 'account_disabled' } });
    expect(of(null)).toHaveLength(5);
    expect(of(null)[0]).toMatchObject({ actor: 'unknown', detail: { reason: 'unknown_name' } });
    expect(
      JSON.stringify(deeds, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toContain('nobody');
  });

  it('keeps neither names nor addresses in the counters', async () => {
    const keys = (await prisma.rateLimiterFlexible.findMany()).map(({ key }) => key);
    expect(keys.length).toBeGreaterThan(5);
    for (const key of keys) expect(key).toMatch(/^(sign-in|mfa)[a-z-]*:[\w-]{43}$/);
  });
});
