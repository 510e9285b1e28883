import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '../../../test/support/databases.js';
import { Browser } from '../test/browser.js';
import { LogoutReceiver, toldClients } from '../test/logout-receiver.js';
import {
  authorizeUrl,
  CLIENT_SECRET,
  isActive,
  operate,
  redeem,
  signIn,
  startTestIdp,
  type TestIdp,
  type Tokens,
} from '../test/test-idp.js';
import { IdpPrisma } from './adapter/idp-prisma.service.js';

let idp: TestIdp;
let prisma: IdpPrisma;
let receiver: LogoutReceiver;
let browser: Browser;
let tokens: Tokens;
beforeAll(async () => {
  receiver = await LogoutReceiver.start();
  const databaseUrl = await freshDatabase('idp');
  idp = await startTestIdp(databaseUrl, {
    moreClients: () => toldClients(['app', 'quiet'], receiver.port, CLIENT_SECRET),
  });
  prisma = new IdpPrisma(databaseUrl);
});
afterAll(async () => {
  await idp.close();
  await prisma.onApplicationShutdown();
  await receiver.close();
});
beforeEach(async () => {
  receiver.received.length = 0;
  browser = new Browser();
  tokens = await redeem(idp, await signIn(idp, browser, 'ben', 'app'), 'app');
});

const address = (path: string, parameters: Readonly<Record<string, string>>) =>
  new URL(`${path}?${new URLSearchParams(parameters).toString()}`, idp.issuer);
const isSignedIn = async () => {
  const silent = await browser.get(authorizeUrl(idp, 'app', { prompt: 'none' }));
  return silent.location?.searchParams.has('code') === true;
};
const FROM_APP = { referer: 'http://app.test/' };

describe("Auth0's logout address", () => {
  it('signs out without a question when the app itself sends the person there, and goes back', async () => {
    const page = await browser.get(address('/v2/logout', { client_id: 'app', returnTo: 'http://app.test/' }), FROM_APP);
    expect(page.text).toContain('data-submit');
    const done = await browser.submit(page, idp.issuer, { logout: 'yes' });
    expect(done.location?.href).toBe('http://app.test/');
    expect(receiver.of('app')).toHaveLength(1);
    expect(await isSignedIn()).toBe(false);
  });

  it.each([
    ['nobody says where the person comes from', 'app', {}],
    ['another site sends them', 'app', { referer: 'http://evil.test/app.test/' }],
    ['a site with a longer name does', 'app', { referer: 'http://app.test.evil.test/' }],
    ['it is the same host by another scheme', 'app', { referer: 'https://app.test/' }],
    ['it is the same host at another port', 'app', { referer: 'http://app.test:8080/' }],
    ['a frame without an origin does', 'app', { origin: 'null', referer: 'http://app.test/' }],
    ['an app does that this session does not know', 'quiet', { referer: 'http://quiet.test/' }],
    ['all that is known is that there is no origin', 'app', { origin: 'null' }],
  ])('asks first when %s', async (_what, app, headers) => {
    const page = await browser.get(address('/v2/logout', { client_id: app }), headers);
    expect(page.status).toBe(200);
    expect(page.text).toContain('Sign out?');
    expect(page.text).not.toContain('data-submit');
  });

  it.each([
    { client_id: 'app', returnTo: 'http://evil.test/' },
    { client_id: 'app', returnTo: 'http://app.test' },
    { client_id: 'app', returnTo: 'http://app.test/deeper' },
    { client_id: 'app', returnTo: '//evil.test' },
    { client_id: 'nobody', returnTo: 'http://app.test/' },
    { returnTo: 'http://app.test/' },
  ])('shows a page with 400 and goes nowhere for %j', async (parameters) => {
    const page = await browser.get(address('/v2/logout', parameters), FROM_APP);
    expect(page.status).toBe(400);
    expect(page.location).toBeUndefined();
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await isSignedIn()).toBe(true);
  });

  it('ends on a page of ours when it was not told where to go', async () => {
    const page = await browser.get(address('/v2/logout', {}));
    const done = await browser.submit(page, idp.issuer, { logout: 'yes' });
    expect((await browser.get(done.location!)).text).toContain('You are signed out');
    expect(await isSignedIn()).toBe(false);
  });

  it('takes nobody for signed in who is not', async () => {
    const nobody = new Browser();
    const page = await nobody.get(address('/v2/logout', { client_id: 'app', returnTo: 'http://app.test/' }));
    const done = await nobody.submit(page, idp.issuer, {});
    expect(done.location?.href).toBe('http://app.test/');
    expect(receiver.received).toEqual([]);
  });
});

describe('the end-session endpoint', () => {
  it('needs no question when the app itself sends the person there', async () => {
    const page = await browser.get(address('/oidc/logout', { client_id: 'app' }), FROM_APP);
    expect(page.text).toContain('data-submit');
  });

  it('asks when the hint is of another session, even if the app itself sends the person there', async () => {
    const { id_token: hint } = await redeem(idp, await signIn(idp, new Browser(), 'ben', 'app'), 'app');
    const page = await browser.get(address('/oidc/logout', { id_token_hint: hint }), FROM_APP);
    expect(page.text).toContain('Sign out?');
    expect(page.text).not.toContain('data-submit');
  });

  it.each([
    ['an address that is not registered, and nobody is named', { post_logout_redirect_uri: 'http://evil.test/' }, 200],
    ['one, for a client', { client_id: 'app', post_logout_redirect_uri: 'http://evil.test/' }, 400],
    ['a hint of another client', { client_id: 'quiet', id_token_hint: 'its own' }, 400],
    ['a hint that is rubbish', { id_token_hint: 'rubbish' }, 400],
  ])('redirects nowhere for %s', async (_what, parameters, status) => {
    const hint = 'id_token_hint' in parameters && parameters.id_token_hint === 'its own' ? tokens.id_token : undefined;
    const asked = { ...parameters, ...(hint === undefined ? {} : { id_token_hint: hint }) };
    const page = await browser.get(address('/oidc/logout', asked));
    expect(page.status).toBe(status);
    if (status !== 200) return;
    const done = await browser.submit(page, idp.issuer, { logout: 'yes' });
    expect(done.location?.origin).toBe(idp.issuer);
  });

  it.each([{}, { xsrf: '' }, { xsrf: 'a guess' }])('ends nothing for a form with %j', async (form) => {
    await browser.get(address('/oidc/logout', {}));
    const forged = await browser.post(new URL('/oidc/logout/confirm', idp.issuer), { logout: 'yes', ...form });
    expect(forged.status).toBe(400);
    expect(await isActive(idp, tokens.refresh_token, 'app')).toBe(true);
    expect(receiver.received).toEqual([]);
  });

  it('ends one client alone for a form that does not say yes: that app has signed the person out, the IdP not', async () => {
    await browser.get(authorizeUrl(idp, 'quiet', { prompt: 'none' }));
    const page = await browser.get(address('/oidc/logout', { client_id: 'app' }));
    const done = await browser.submit(page, idp.issuer, {});
    expect(done.status).toBe(303);
    expect(receiver.received.map(({ clientId }) => clientId)).toEqual(['app']);
    expect(receiver.of('app')[0]?.claims.sid).toBe(decodeJwt(tokens.id_token).sid);
    expect(await isActive(idp, tokens.refresh_token, 'app')).toBe(false);
    expect(await isSignedIn()).toBe(true);
    const ending = await prisma.sessionEnding.findFirst({ where: { clientId: 'app' } });
    expect(ending).toMatchObject({ cause: 'signed_out', actor: 'sub-ben' });
  });

  it('lets the browser forget who signed out', async () => {
    const names = async () => (await browser.jar.getCookies(idp.issuer)).map(({ key }) => key);
    expect(await names()).toContain('idp_accounts');
    const page = await browser.get(address('/oidc/logout', {}));
    await browser.submit(page, idp.issuer, { logout: 'yes' });
    expect(await names()).not.toContain('idp_accounts');
  });
});

describe('what was granted for offline use', () => {
  const offline = async () => {
    const url = authorizeUrl(idp, 'app', { scope: 'openid offline_access', prompt: 'consent' });
    const asked = await browser.get(url);
    const page = await browser.get(asked.location!);
    const yes = /<button[^>]*name="([^"]+)"[^>]*value="([^"]+)"/.exec(page.text);
    const accepted = await browser.submit(page, idp.issuer, yes === null ? {} : { [yes[1]!]: yes[2]! });
    return redeem(idp, await browser.get(accepted.location!), 'app');
  };

  it('outlives a sign-out, and dies with the password', async () => {
    const { refresh_token: kept } = await offline();
    const page = await browser.get(address('/oidc/logout', {}));
    await browser.submit(page, idp.issuer, { logout: 'yes' });
    expect(receiver.of('app')).toHaveLength(1);
    expect(await isActive(idp, kept, 'app')).toBe(true);
    expect(await isSignedIn()).toBe(false);
    const changed = { password: "ben's password, which is quite new" };
    await operate(idp, 'PATCH', '/admin/people/sub-ben', undefined, changed);
    expect(await isActive(idp, kept, 'app')).toBe(false);
    expect(await prisma.artifact.count({ where: { accountId: 'sub-ben' } })).toBe(0);
  });
});
