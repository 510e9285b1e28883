import { decodeJwt, importJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectionsLeft, freshDatabase } from '../../../test/support/databases.js';
import { Browser } from '../test/browser.js';
import { asClient, authorizeUrl, isActive, redeem, signIn, startTestIdp, type TestIdp } from '../test/test-idp.js';

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

describe('signing in', () => {
  it('asks for name and password and sends the person back with a code, the state and the issuer', async () => {
    const back = await signIn(idp, new Browser(), 'ana');
    expect(back.status).toBe(303);
    expect(back.location?.href).toContain('http://gateway.test/callback?code=');
    expect(back.location?.searchParams.get('state')).toBe('a-state');
    expect(back.location?.searchParams.get('iss')).toBe(idp.issuer);
  });

  it('puts name, e-mail, auth_time, nonce and sid into the ID token', async () => {
    const { id_token: idToken, refresh_token: refreshToken } = await redeem(
      idp,
      await signIn(idp, new Browser(), 'ana'),
    );
    expect(decodeJwt(idToken)).toMatchObject({
      iss: idp.issuer,
      aud: 'gateway',
      sub: 'sub-ana',
      name: 'ana',
      preferred_username: 'ana',
      email: 'ana@example.test',
      email_verified: true,
      nonce: 'a-nonce',
      auth_time: expect.any(Number),
      sid: expect.any(String),
    });
    expect(refreshToken).toEqual(expect.any(String));
  });

  it.each([
    ['a wrong password', 'ana', 'wrong'],
    ['a name that nobody has', 'nobody', "ana's password"],
    ['a name that Postgres cannot hold', 'a\0na', 'x'],
    ['nothing', '', ''],
  ])('shows the page again, with 401 and one and the same sentence, after %s', async (_what, login, password) => {
    const browser = new Browser();
    const { location } = await browser.get(authorizeUrl(idp));
    const page = await browser.get(location!);
    const refused = await browser.submit(page, idp.issuer, { login, password });
    expect(refused.status).toBe(401);
    expect(refused.text).toContain('The name or the password is wrong.');
    expect(await browser.submit(refused, idp.issuer, { login: ' ANA ', password: "ana's password" })).toMatchObject({
      status: 303,
    });
  });

  it('serves the page so that nothing can frame it, keep it or run in it', async () => {
    const browser = new Browser();
    const page = await browser.get(
      (await browser.get(authorizeUrl(idp, 'gateway', { login_hint: '"><b>' }))).location!,
    );
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe-inline');
    expect(page.headers.get('x-frame-options')).toBe('DENY');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.text).toContain('The &lt;gateway&gt;');
    expect(page.text).toContain('value="&quot;&gt;&lt;b&gt;"');
    const style = /href="(\/assets\/[^"]+\.css)"/.exec(page.text)?.[1];
    expect((await browser.get(idp.issuer + style!)).headers.get('content-type')).toContain('text/css');
  });

  it('takes no form without its token, and none from a browser that does not hold the interaction', async () => {
    const browser = new Browser();
    const { location } = await browser.get(authorizeUrl(idp));
    const form = { login: 'ana', password: "ana's password" };
    expect((await browser.post(location!, form)).status).toBe(403);
    expect((await new Browser().post(location!, form)).status).toBe(400);
  });
});

describe('asking without a page', () => {
  it('gives a code when the session lives', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ana');
    const silent = await browser.get(authorizeUrl(idp, 'other', { prompt: 'none' }));
    expect(await redeem(idp, silent, 'other')).toHaveProperty('id_token');
  });

  it.each([
    ['login_required', { prompt: 'none' }],
    ['login_required', { prompt: 'none', max_age: '0' }],
    ['invalid_request', { prompt: 'none login' }],
    ['invalid_request', { prompt: 'none', id_token_hint: 'rubbish' }],
    ['invalid_request', { prompt: 'none', code_challenge: '', code_challenge_method: '' }],
  ])('answers %s, with state and issuer, to %j from a browser without a session', async (error, extra) => {
    const { location } = await new Browser().get(authorizeUrl(idp, 'gateway', extra));
    expect(Object.fromEntries(location!.searchParams)).toMatchObject({ error, state: 'a-state', iss: idp.issuer });
  });

  it('accepts a hint that has expired, and never answers for another person', async () => {
    const ana = new Browser();
    const { id_token: idToken } = await redeem(idp, await signIn(idp, ana, 'ana'));
    const expired = await new SignJWT({ ...decodeJwt(idToken), exp: 1_000, iat: 900 })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .sign(await importJWK(idp.signingKey));
    const ben = new Browser();
    await signIn(idp, ben, 'ben');
    const hinted = authorizeUrl(idp, 'gateway', { prompt: 'none', id_token_hint: expired });
    expect((await ana.get(hinted)).location?.searchParams.has('code')).toBe(true);
    expect((await ben.get(hinted)).location?.searchParams.get('error')).toBe('login_required');
  });

  it('keeps one grant and one sid per client when ten requests come at once', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ana');
    const asked = Array.from({ length: 10 }, (_, n) =>
      browser.get(authorizeUrl(idp, n % 2 === 0 ? 'other' : 'framed', { prompt: 'none' })),
    );
    const answers = await Promise.all(asked);
    const tokens = await Promise.all(answers.map((a, n) => redeem(idp, a, n % 2 === 0 ? 'other' : 'framed')));
    const active = tokens.map((one, n) => isActive(idp, one.refresh_token, n % 2 === 0 ? 'other' : 'framed'));
    expect(await Promise.all(active)).toEqual(Array.from({ length: 10 }, () => true));
    expect(new Set(tokens.map((one) => decodeJwt(one.id_token).sid)).size).toBe(2);
  });
});

describe('the authorization endpoint', () => {
  it.each([
    ['unregistered', 'http://evil.test/callback'],
    ['with a longer path', 'http://gateway.test/callback/more'],
    ['with a query', 'http://gateway.test/callback?a=b'],
  ])('shows a page and redirects nowhere when the redirect URI is %s', async (_what, uri) => {
    const answer = await new Browser().get(authorizeUrl(idp, 'gateway', { redirect_uri: uri }));
    expect(answer.status).toBe(400);
    expect(answer.location).toBeUndefined();
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('takes POST as well', async () => {
    const browser = new Browser();
    const url = authorizeUrl(idp, 'gateway', { prompt: 'none' });
    const posted = await browser.post(new URL('/authorize', url), Object.fromEntries(url.searchParams));
    expect(posted.status).toBe(303);
    expect((await browser.get(posted.location!)).location?.searchParams.get('error')).toBe('login_required');
  });

  it('refuses a NUL, which no database row can hold', async () => {
    const answer = await new Browser().get(`${authorizeUrl(idp).href}%00`);
    expect(answer.status).toBe(400);
  });

  it('has one address, whatever name it was called by', async () => {
    const internal = idp.issuer.replace('localhost', '127.0.0.1');
    const spoofed = { 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https' };
    const metadata = await new Browser().get(`${internal}/.well-known/openid-configuration`, spoofed);
    expect(metadata.text).not.toContain('evil.test');
    expect(JSON.parse(metadata.text)).toMatchObject({
      issuer: idp.issuer,
      token_endpoint: `${idp.issuer}/oauth/token`,
      backchannel_logout_session_supported: true,
      authorization_response_iss_parameter_supported: true,
    });
    const asked = await new Browser().get(authorizeUrl(idp).href.replace('localhost', '127.0.0.1'), spoofed);
    expect(asked.location?.pathname).toMatch(/^\/interaction\//);
  });
});

describe('tokens', () => {
  it('redeems a code once, and the second time ends what the first one gave', async () => {
    const back = await signIn(idp, new Browser(), 'ana');
    const first = await redeem(idp, back);
    expect(await redeem(idp, back)).toMatchObject({ error: 'invalid_grant' });
    expect(await isActive(idp, first.refresh_token)).toBe(false);
  });

  it('redeems a code once even when two ask at the same instant', async () => {
    const back = await signIn(idp, new Browser(), 'ana');
    const both = await Promise.all([redeem(idp, back), redeem(idp, back)]);
    expect(both.filter(({ error }) => error === 'invalid_grant').length).toBeGreaterThanOrEqual(1);
  });

  it('tells a client about its own tokens alone', async () => {
    const { access_token: accessToken, refresh_token: refreshToken } = await redeem(
      idp,
      await signIn(idp, new Browser(), 'ana'),
    );
    expect(await isActive(idp, accessToken)).toBe(true);
    expect(await isActive(idp, refreshToken)).toBe(true);
    const foreign = await asClient(idp, 'other', '/oauth/introspect', { token: refreshToken! });
    expect(await foreign.json()).toEqual({ active: false });
    await asClient(idp, 'other', '/oauth/revoke', { token: refreshToken! });
    expect(await isActive(idp, refreshToken)).toBe(true);
    await asClient(idp, 'gateway', '/oauth/revoke', { token: refreshToken! });
    expect(await isActive(idp, refreshToken)).toBe(false);
  });

  it('goes on silently after the grant was revoked', async () => {
    const browser = new Browser();
    const { refresh_token: refreshToken } = await redeem(idp, await signIn(idp, browser, 'ana'));
    await asClient(idp, 'gateway', '/oauth/revoke', { token: refreshToken! });
    const again = await redeem(idp, await browser.get(authorizeUrl(idp, 'gateway', { prompt: 'none' })));
    expect(await isActive(idp, again.refresh_token)).toBe(true);
  });

  it('keeps a refresh token through its use', async () => {
    const { refresh_token: refreshToken } = await redeem(idp, await signIn(idp, new Browser(), 'ana'));
    const refreshed = await asClient(idp, 'gateway', '/oauth/token', {
      grant_type: 'refresh_token',
      refresh_token: refreshToken!,
    });
    expect(await refreshed.json()).toMatchObject({ refresh_token: refreshToken });
  });
});
