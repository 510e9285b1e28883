import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '../../../test/support/databases.js';
import { Browser } from '../test/browser.js';
import { authorizeUrl, isActive, operate, redeem, signIn, startTestIdp, type TestIdp } from '../test/test-idp.js';

let idp: TestIdp;
let toldBefore = 0;
beforeAll(async () => {
  idp = await startTestIdp(await freshDatabase('idp'));
});
afterAll(() => idp.close());
beforeEach(() => {
  toldBefore = idp.logoutTokens.length;
});

const told = () => idp.logoutTokens.slice(toldBefore);

async function newestSession(login: string): Promise<{ readonly id: string }> {
  const { body } = await operate(idp, 'GET', `/admin/sessions?login=${login}`);
  return (body as { id: string; authTime: string }[]).at(-1)!;
}

async function endAll(login: string): Promise<void> {
  const { body } = await operate(idp, 'GET', `/admin/sessions?login=${login}`);
  for (const { id } of body as { id: string }[]) await operate(idp, 'DELETE', `/admin/sessions/${id}?push=none`);
}

describe('the operator API', () => {
  beforeEach(() => endAll('ana'));

  it('shows the sessions of a person, never the value of their cookie', async () => {
    const browser = new Browser();
    const { id_token: idToken } = await redeem(idp, await signIn(idp, browser, 'ana'));
    const { status, body } = await operate(idp, 'GET', '/admin/sessions?login=ana');
    expect(status).toBe(200);
    expect(body).toEqual([
      {
        id: expect.any(String),
        sub: 'sub-ana',
        login: 'ana',
        clients: [{ clientId: 'gateway', sid: decodeJwt(idToken).sid }],
        authTime: expect.any(String),
        expiresAt: expect.any(String),
        device: { label: expect.any(String), address: '127.0.0.1' },
      },
    ]);
    const cookies = await browser.jar.getCookies(idp.issuer);
    const cookie = cookies.find(({ key }) => key === 'idp_session');
    expect(JSON.stringify(body)).not.toContain(cookie!.value);
  });

  it('ends a session and everything issued in it, and tells its client once with a valid logout token', async () => {
    const browser = new Browser();
    const tokens = await redeem(idp, await signIn(idp, browser, 'ana'));
    const { id } = await newestSession('ana');
    expect(await operate(idp, 'DELETE', `/admin/sessions/${id}`)).toMatchObject({
      status: 200,
      body: { ended: true, clients: [{ clientId: 'gateway', told: true }] },
    });
    expect(await isActive(idp, tokens.refresh_token)).toBe(false);
    expect(await isActive(idp, tokens.access_token)).toBe(false);
    const silent = await browser.get(authorizeUrl(idp, 'gateway', { prompt: 'none' }));
    expect(silent.location?.searchParams.get('error')).toBe('login_required');
    expect(told()).toHaveLength(1);
    const [client, token] = told()[0]!.split(':');
    expect(client).toBe('gateway');
    const jwks = createLocalJWKSet((await (await fetch(`${idp.issuer}/jwks`)).json()) as JSONWebKeySet);
    const verified = await jwtVerify(token!, jwks, { issuer: idp.issuer, audience: 'gateway', typ: 'logout+jwt' });
    expect(verified.payload).toMatchObject({
      sub: 'sub-ana',
      sid: decodeJwt(tokens.id_token).sid,
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    });
    expect(verified.payload).not.toHaveProperty('nonce');
  });

  it('tells nobody with push=none, so that only asking can find out', async () => {
    const tokens = await redeem(idp, await signIn(idp, new Browser(), 'ana'));
    const { id } = await newestSession('ana');
    expect(await operate(idp, 'DELETE', `/admin/sessions/${id}?push=none`)).toMatchObject({
      status: 200,
      body: { ended: true, clients: [] },
    });
    expect(told()).toEqual([]);
    expect(await isActive(idp, tokens.refresh_token)).toBe(false);
    expect((await operate(idp, 'DELETE', `/admin/sessions/${id}`)).status).toBe(404);
  });

  it('leaves the other sessions of the person alone', async () => {
    const kept = await redeem(idp, await signIn(idp, new Browser(), 'ana'));
    const { id: keptId } = await newestSession('ana');
    await signIn(idp, new Browser(), 'ana');
    const { body } = await operate(idp, 'GET', '/admin/sessions?login=ana');
    const ended = (body as { id: string }[]).find(({ id }) => id !== keptId)!;
    await operate(idp, 'DELETE', `/admin/sessions/${ended.id}`);
    expect(await isActive(idp, kept.refresh_token)).toBe(true);
  });

  it.each([
    ['GET', '/admin/sessions?login=nobody', 200],
    ['GET', '/admin/sessions', 200],
    ['GET', '/admin/sessions?login=a&login=b', 400],
    ['GET', '/admin/sessions?login=%00', 200],
    ['DELETE', '/admin/sessions/unknown', 404],
    ['DELETE', '/admin/sessions/un%00known', 404],
    ['DELETE', '/admin/sessions/unknown?push=all', 400],
    ['DELETE', '/admin/sessions/unknown?push=none&push=none', 400],
  ])('answers %s %s with %i', async (method, path, status) => {
    const answer = await operate(idp, method, path);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain(
      status === 200 ? 'application/json' : 'application/problem+json',
    );
  });

  it('refuses everybody who does not hold the token', async () => {
    const refused = await operate(idp, 'GET', '/admin/sessions?login=ana', 'another-token');
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain('Bearer');
    expect((await fetch(`${idp.operator}/admin/sessions?login=ana`)).status).toBe(401);
  });
});

describe('signing out', () => {
  const logoutUrl = (parameters: Readonly<Record<string, string>>) =>
    new URL(`/oidc/logout?${new URLSearchParams(parameters).toString()}`, idp.issuer);

  it('submits itself when the hint names the session, tells every client once and goes back with the state', async () => {
    const browser = new Browser();
    const { id_token: idToken, refresh_token: refreshToken } = await redeem(idp, await signIn(idp, browser, 'ben'));
    await browser.get(authorizeUrl(idp, 'other', { prompt: 'none' }));
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: 'http://gateway.test/', state: 's' };
    const page = await browser.get(logoutUrl(parameters));
    expect(page.text).toContain('data-submit');
    expect(page.text).toMatch(/<script src="\/assets\/submit-\w+\.js" defer><\/script>/);
    const done = await browser.submit(page, idp.issuer, { logout: 'yes' });
    expect(done.location?.href).toBe('http://gateway.test/?state=s');
    expect(
      told()
        .map((one) => one.split(':')[0])
        .sort(),
    ).toEqual(['gateway', 'other']);
    expect(await isActive(idp, refreshToken)).toBe(false);
  });

  it('asks when there is no hint, and when the hint is of another session', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ben');
    const { id_token: elsewhere } = await redeem(idp, await signIn(idp, new Browser(), 'ben'));
    for (const parameters of [{}, { id_token_hint: elsewhere }]) {
      const page = await browser.get(logoutUrl(parameters));
      expect(page.text).toContain('Sign out?');
      expect(page.text).not.toContain('<script');
    }
    expect(told()).toEqual([]);
  });

  it('takes POST, and never redirects to an address that is not registered', async () => {
    const browser = new Browser();
    const { id_token: idToken } = await redeem(idp, await signIn(idp, browser, 'ben'));
    const posted = await browser.post(new URL('/oidc/logout', idp.issuer), { id_token_hint: idToken });
    expect((await browser.get(posted.location!)).text).toContain('data-submit');
    const evil = await browser.get(logoutUrl({ client_id: 'gateway', post_logout_redirect_uri: 'http://evil.test/' }));
    expect(evil.status).toBe(400);
    expect(evil.location).toBeUndefined();
  });

  it('does nothing for a form without its token', async () => {
    const browser = new Browser();
    const { refresh_token: refreshToken } = await redeem(idp, await signIn(idp, browser, 'ben'));
    const forged = await browser.post(new URL('/oidc/logout/confirm', idp.issuer), { logout: 'yes', xsrf: 'guess' });
    expect(forged.status).toBe(400);
    expect(await isActive(idp, refreshToken)).toBe(true);
  });

  it('ends on a page of its own when there is no app to go back to', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ben');
    const page = await browser.get(logoutUrl({}));
    const done = await browser.submit(page, idp.issuer, { logout: 'yes' });
    expect((await browser.get(done.location!)).text).toContain('You are signed out');
  });
});

describe('a session that is ended while it is in use', () => {
  beforeEach(() => endAll('ana'));

  it('stays ended, whatever the requests of that moment write', async () => {
    for (let round = 0; round < 5; round += 1) {
      const browser = new Browser();
      await signIn(idp, browser, 'ana');
      const { id } = await newestSession('ana');
      await Promise.all([
        ...Array.from({ length: 6 }, () => browser.get(authorizeUrl(idp, 'other', { prompt: 'none' }))),
        operate(idp, 'DELETE', `/admin/sessions/${id}?push=none`),
      ]);
      const silent = await browser.get(authorizeUrl(idp, 'gateway', { prompt: 'none' }));
      expect(silent.location?.searchParams.get('error')).toBe('login_required');
    }
    expect(await operate(idp, 'GET', '/admin/sessions?login=ana')).toMatchObject({ body: [] });
  });
});
