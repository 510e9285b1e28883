import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectionsLeft, freshDatabase } from '../../../test/support/databases.js';
import { enterAccount, fieldsOf, openAccount, seen } from '../test/account-page.js';
import { Browser } from '../test/browser.js';
import { fillSignIn } from '../test/journey.js';
import { authorizeUrl, isActive, operate, redeem, signIn, startTestIdp, type TestIdp } from '../test/test-idp.js';

let idp: TestIdp;
let databaseUrl: string;
beforeAll(async () => {
  databaseUrl = await freshDatabase('idp');
  idp = await startTestIdp(databaseUrl);
});
afterAll(async () => {
  await idp.close();
  expect(await connectionsLeft(databaseUrl)).toBe(0);
});

describe('the way to the account page', () => {
  it('leads through the sign-in and back', async () => {
    const browser = new Browser();
    const { location } = await browser.get(new URL('/account', idp.issuer));
    expect(location?.pathname).toBe('/authorize');
    expect(Object.fromEntries(location!.searchParams)).toMatchObject({
      client_id: 'idp-account',
      response_type: 'none',
      redirect_uri: `${idp.issuer}/account`,
    });
    const page = await enterAccount(idp, browser, 'ana');
    expect(page.status).toBe(200);
    expect(seen(page)).toContain('ana@example.test');
  });

  it('leads back to the page that was asked for', async () => {
    const browser = new Browser();
    const page = await fillSignIn(idp, browser, await openAccount(idp, browser, '/account/password'), 'ana');
    expect(page.text).toContain('Change your password</h1>');
  });

  it('is not taken when there is a session, which is none the longer for it', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ben');
    const { body: before } = await operate(idp, 'GET', '/admin/sessions?login=ben');
    const page = await browser.get(new URL('/account', idp.issuer));
    expect(page.status).toBe(200);
    expect(page.headers.getSetCookie()).toEqual([]);
    expect((await operate(idp, 'GET', '/admin/sessions?login=ben')).body).toEqual(before);
  });

  it.each(['?error=access_denied&state=account', '?state=account'])(
    'does not go round in circles after %s',
    async (query) => {
      const page = await new Browser().get(new URL(`/account${query}`, idp.issuer));
      expect(page.status).toBe(400);
      expect(page.location).toBeUndefined();
      expect(page.text).toContain('You are not signed in');
    },
  );

  it('gives neither a code nor a token, and leads nowhere else', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ana');
    const own = { client_id: 'idp-account', redirect_uri: `${idp.issuer}/account` };
    const asked = await browser.get(authorizeUrl(idp, 'idp-account', own));
    expect(asked.location?.searchParams.get('error')).toBe('invalid_request');
    const elsewhere = authorizeUrl(idp, 'idp-account', {
      ...own,
      response_type: 'none',
      redirect_uri: 'http://evil.test/',
    });
    expect(await browser.get(elsewhere)).toMatchObject({ status: 400, location: undefined });
  });

  it('is of no other client: neither its id nor its response type', async () => {
    const redirect = { redirect_uris: ['http://new.test/callback'] };
    const taken = await operate(idp, 'POST', '/admin/clients', undefined, { client_id: 'idp-account', ...redirect });
    expect(taken.status).toBe(400);
    const nothing = { client_id: 'nothing', response_types: ['none none'], grant_types: [], ...redirect };
    expect((await operate(idp, 'POST', '/admin/clients', undefined, nothing)).status).toBe(400);
    const url = authorizeUrl(idp, 'gateway', { response_type: 'none' });
    expect((await new Browser().get(url)).location?.searchParams.get('error')).toBe('invalid_request');
  });

  it('is closed to a person whose account was shut', async () => {
    const browser = new Browser();
    await operate(idp, 'POST', '/admin/people', undefined, {
      ...{ login: 'dan', name: 'Dan', email: 'dan@example.test', password: "dan's password", sub: 'sub-dan' },
    });
    await enterAccount(idp, browser, 'dan');
    await operate(idp, 'PATCH', '/admin/people/sub-dan', undefined, { disabled: true });
    expect((await browser.get(new URL('/account', idp.issuer))).location?.pathname).toBe('/authorize');
  });

  it('can be framed by nobody and is kept by nobody', async () => {
    const browser = new Browser();
    for (const page of [await enterAccount(idp, browser, 'ana'), await openAccount(idp, browser, '/account/goodbye')]) {
      expect(page.headers.get('x-frame-options')).toBe('DENY');
      expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(page.headers.get('cache-control')).toBe('no-store');
    }
  });
});

describe('a form of the account page', () => {
  const DEEDS = ['sessions/end', 'sessions/end-others', 'sessions/end-all', 'apps/withdraw', 'automatic', 'password'];
  const browser = new Browser();
  let refreshToken: string | undefined;
  let token = '';
  let foreign = '';
  beforeAll(async () => {
    ({ refresh_token: refreshToken } = await redeem(idp, await signIn(idp, browser, 'ana')));
    ({ token = '' } = fieldsOf(await openAccount(idp, browser), '/account/sessions/end-all'));
    ({ token: foreign = '' } = fieldsOf(await enterAccount(idp, new Browser(), 'ana'), '/account/sessions/end-all'));
  });

  it.each([...DEEDS, ...['begin', 'finish', 'change'].map((one) => `second-factor/${one}`)])(
    'does nothing at %s without its token, with that of another session, or from another site',
    async (path) => {
      const url = new URL(`/account/${path}`, idp.issuer);
      const passwords = { current: "ana's password", password: 'stolen password', again: 'stolen password' };
      const form = { ...passwords, wanted: 'off', client: 'gateway', deed: 'remove' };
      const answers = [
        await browser.post(url, form),
        await browser.post(url, { ...form, token: foreign }),
        await browser.post(url, { ...form, token: `${token}x` }),
        await browser.post(url, { ...form, token }, { 'sec-fetch-site': 'cross-site' }),
        await browser.post(url, { ...form, token }, { 'sec-fetch-site': 'same-site' }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
      expect(await isActive(idp, refreshToken)).toBe(true);
      expect(seen(await openAccount(idp, browser))).toContain('On. While you are signed in');
      const signedOut = await new Browser().post(url, { ...form, token });
      expect(signedOut.location?.pathname).toBe('/authorize');
    },
  );
});
