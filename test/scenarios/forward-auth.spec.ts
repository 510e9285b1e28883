import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifyAssertion } from '#oidc';
import { createRemoteJWKSet } from 'jose';
import { WebSocket } from 'ws';
import { freePort } from '../../scripts/stack/free-port.js';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { type ProxyName, type RunningProxy, startProxy } from '../support/forward-auth.js';
import { type GatewayUnderTest, signIn, startGateway, usualSites } from '../support/gateway.js';

import { type ProxiedApp, startProxiedApp } from '../support/proxied-app.js';
import { type RawAnswer, sendRaw } from '../support/raw-request.js';
import type { Received } from '../support/upstream.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { Visitor } from '../support/visitor.js';

const PAGE = { 'sec-fetch-mode': 'navigate', accept: 'text/html' };

describe.each<ProxyName>(['nginx', 'Caddy', 'Traefik (imitated)'])('an app behind %s', (name) => {
  const apps = appsForSuite();
  let idp: ScriptedIdp;
  let app: ProxiedApp;
  let gateway: GatewayUnderTest;
  let proxy: RunningProxy;
  let site: string;

  beforeAll(async () => {
    const [port, url] = [await freePort(), await freshDatabase('hub')];
    site = `http://localhost:${port}`;
    [idp, app] = [await ScriptedIdp.start(), await startProxiedApp()];
    const env = { TRUSTED_PROXIES: '127.0.0.1' };
    gateway = await startGateway(apps(), idp, url, env, ({ issuer }) => usualSites({ issuer, origins: [site] }));
    proxy = await startProxy(name, { proxy: port, gateway: gateway.app.port, app: app.port });
  }, 90_000);
  afterAll(async () => {
    await proxy.stop();
    app.stop();
    await idp.stop();
  });

  const visit = (path: string, visitor?: Visitor, headers: Record<string, string> = {}, method = 'GET') =>
    sendRaw(site, path, { visitor, headers, method });
  const heardOf = ({ status, text }: RawAnswer): Received => {
    expect([status, text]).toEqual([200, expect.stringContaining('"method"')]);
    return JSON.parse(text) as Received;
  };

  it('a person who goes to a page is sent to the sign-in and comes back to that page, who she is in headers', async () => {
    const away = await visit('/reports?year=2026&month=8', undefined, PAGE);
    expect(away.status).toBe(302);
    const login = new URL(String(away.headers.location));
    expect([login.origin, login.pathname]).toEqual([site, '/bff/login']);
    expect(login.searchParams.get('returnUrl')).toBe('/reports?year=2026&month=8');
    const { visitor, location } = await signIn(idp, site, 'ana', 'ana-1', new Visitor(), login.search.slice(1));
    expect(location?.href).toBe(`${site}/reports?year=2026&month=8`);
    const { headers, url } = heardOf(await visit('/reports?year=2026&month=8', visitor, PAGE));
    expect(url).toBe('/reports?year=2026&month=8');
    expect([headers['remote-user'], headers['remote-name']]).toEqual(['ana', 'ana']);
    expect(headers['remote-groups'] ?? '').toBe('');
  });

  it('the app can verify who it is, and gets no session cookie where the proxy can keep it back', async () => {
    const { visitor } = await signIn(idp, site, 'ben', 'ben-1');
    await visitor.jar.setCookie('theme=dark', site);
    const { headers } = heardOf(await visit('/', visitor));
    const keys = createRemoteJWKSet(new URL(`${gateway.a}/.well-known/jwks.json`));
    const token = String(headers.authorization).replace('Bearer ', '');
    const claims = await verifyAssertion(token, keys, { iss: gateway.a, aud: 'notes', now: new Date() });
    expect([claims.sub, claims.sid]).toEqual(['ben', headers['x-session-id']]);
    expect(headers.cookie).toContain('theme=dark');
    expect(headers.cookie?.includes('bff-session')).toBe(name === 'Traefik (imitated)');
  });

  it('what a browser says of itself never reaches the app', async () => {
    const { visitor } = await signIn(idp, site, 'cid', 'cid-1');
    const forged = {
      ...{ 'Remote-User': 'admin', 'remote-groups': 'admins', 'Remote-Email': 'a@b', 'X-Session-Id': '1' },
      ...{ Remote_User: 'admin', Remote_Groups: 'admins', Authorization: 'Bearer forged' },
    };
    const { headers } = heardOf(await visit('/', visitor, forged));
    expect(headers['remote-user']).toBe('cid');
    expect(headers['remote-groups'] ?? '').toBe('');
    expect(JSON.stringify(headers)).not.toMatch(/admin|a@b|forged/);
    const before = app.received.length;
    expect((await visit('/', undefined, forged)).status).toBe(401);
    expect(app.received.length).toBe(before);
  });

  it('a session that ends is refused from the next request on', async () => {
    const { visitor } = await signIn(idp, site, 'dan', 'dan-1');
    expect((await visit('/', visitor)).status).toBe(200);
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    const token = await idp.sign({ aud: 'gateway', jti: 'dan', sid: 'dan-1', events }, { typ: 'logout+jwt' });
    const told = await sendRaw(site, '/bff/backchannel', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ logout_token: token }).toString(),
    });
    expect(told.status).toBe(200);
    const before = app.received.length;
    const script = await visit('/', visitor, { accept: 'application/json' });
    expect([script.status, script.headers['content-type'], JSON.parse(script.text)]).toEqual([
      401,
      expect.stringContaining('application/problem+json'),
      expect.objectContaining({ type: 'urn:sso:problem:session-ended', reason: 'backchannel_logout' }),
    ]);
    expect((await visit('/', visitor, PAGE)).status).toBe(302);
    expect(app.received.length).toBe(before);
  });

  it('a page of another site posts nothing, the own pages do', async () => {
    const { visitor } = await signIn(idp, site, 'eve', 'eve-1');
    const before = app.received.length;
    const cross = { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await visit('/', visitor, cross, 'POST')).status).toBe(403);
    expect((await visit('/', visitor, { ...cross, 'x-forwarded-method': 'GET' }, 'POST')).status).toBe(403);
    expect(app.received.length).toBe(before);
    expect((await visit('/', visitor, { origin: site, 'sec-fetch-site': 'same-origin' }, 'POST')).status).toBe(200);
    expect((await visit('/', visitor, { 'x-csrf': '1' }, 'DELETE')).status).toBe(200);
  });

  it.each([
    '/bff/verify?service=notes',
    '/bff/verify/',
    '/bff/%76erify',
    '/bff//verify',
    '/bff/./verify',
    '/bff/x/../verify',
    '/bff/x/..%2fverify',
    '//bff/verify',
    '/BFF/verify',
    '/bff/verify%20',
    '/bff\\verify',
  ])('no browser gets an assertion by asking for %s', async (path) => {
    const { visitor } = await signIn(idp, site, 'fay', 'fay-1');
    const headers = { cookie: await visitor.jar.getCookieString(site), 'x-forwarded-method': 'GET' };
    const seen = await sendRaw(site, path, { headers });
    expect(seen.headers).not.toHaveProperty('authorization');
    expect(seen.headers).not.toHaveProperty('remote-user');
  });

  const open = async (visitor: Visitor, origin: string): Promise<string> => {
    const cookie = await visitor.jar.getCookieString(site);
    return new Promise((resolve) => {
      const socket = new WebSocket(`${site.replace('http', 'ws')}/live`, { headers: { cookie, origin } });
      socket.on('open', () => {
        socket.send('hello');
      });
      socket.on('message', (message: Buffer) => {
        resolve(message.toString());
        socket.close();
      });
      socket.on('unexpected-response', (_request, response) => {
        resolve(String(response.statusCode));
        socket.terminate();
      });
      socket.on('error', () => undefined);
    });
  };
  if (name !== 'Traefik (imitated)')
    it('a WebSocket passes from the own pages, and from no other site', async () => {
      const { visitor } = await signIn(idp, site, 'gus', 'gus-1');
      expect(await open(visitor, site)).toBe('heard hello');
      expect(app.received.at(-1)?.headers['remote-user']).toBe('gus');
      expect(await open(visitor, 'http://evil.example')).toBe('403');
    });

  it('with the gateway away nobody passes', async () => {
    const { visitor } = await signIn(idp, site, 'hal', 'hal-1');
    expect((await visit('/', visitor)).status).toBe(200);
    const before = app.received.length;
    await gateway.app.stop();
    for (const seen of [await visit('/', visitor), await visit('/', visitor, PAGE)])
      expect(seen.status).toBeGreaterThanOrEqual(500);
    expect(app.received.length).toBe(before);
  });
});
