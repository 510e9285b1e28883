import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubDatabase } from '#store';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { type GatewayUnderTest, signIn, startGateway, usualSites } from '../support/gateway.js';
import { type RawAnswer, sendRaw } from '../support/raw-request.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import type { Visitor } from '../support/visitor.js';

const GET = { 'x-forwarded-method': 'GET' };
const PAGE = { ...GET, 'sec-fetch-mode': 'navigate', 'x-forwarded-uri': '/page?a=1&b=2' };

describe('a proxy that asks the gateway, as a process', () => {
  const apps = appsForSuite();
  let idp: ScriptedIdp;
  let gateway: GatewayUnderTest;
  let database: HubDatabase;
  let ana: Visitor;

  beforeAll(async () => {
    idp = await ScriptedIdp.start();
    const url = await freshDatabase('hub');
    database = new HubDatabase(url);
    gateway = await startGateway(apps(), idp, url, {}, ({ issuer, origins }) => {
      const { idps, services, frontEnds } = usualSites({ issuer, origins });
      const plain = { ...frontEnds[0], path: '/plain', forwardAuth: false };
      return { idps, services, frontEnds: [...frontEnds, { ...frontEnds[0], path: '/shop' }, plain] };
    });
    ({ visitor: ana } = await signIn(idp, gateway.a, 'ana', 'ana-1'));
  }, 90_000);
  afterAll(async () => {
    await database.$disconnect();
    await idp.stop();
  });

  const verify = (query: string, headers: Record<string, string>, visitor?: Visitor, path = ''): Promise<RawAnswer> =>
    sendRaw(gateway.a, `${path}/bff/verify${query}`, { headers, visitor });
  const typeOf = ({ text }: RawAnswer) => (JSON.parse(text) as { type: string }).type.split(':').at(-1);

  it('tells nobody anything where the front end does not name a proxy that asks: a page’s script could ask too', async () => {
    const { visitor } = await signIn(idp, `${gateway.a}/plain`, 'plain', 'plain-1');
    const seen = await sendRaw(gateway.a, '/plain/bff/verify?service=notes', {
      headers: { ...GET, cookie: await visitor.jar.getCookieString(gateway.a) },
    });
    expect([seen.status, (JSON.parse(seen.text) as { type: string }).type]).toEqual([
      404,
      'urn:sso:problem:no-forward-auth',
    ]);
    expect(seen.headers.authorization).toBeUndefined();
  });

  it('is told who it is, and nothing that could be kept', async () => {
    const { status, headers } = await verify('', GET, ana);
    expect([status, headers['remote-user'], headers.authorization]).toEqual([204, 'ana', '']);
    expect(headers['cache-control']).toBe('no-store');
    expect((await verify('?service=notes', GET, ana)).headers.authorization).toMatch(/^Bearer ey/);
  });

  it.each<[string, Record<string, string>, number]>([
    ['no method', {}, 403],
    ['two methods', { ...GET, 'x-original-method': 'POST' }, 403],
    ['a POST of no origin', { 'x-forwarded-method': 'POST' }, 403],
    ['a POST of another site', { 'x-forwarded-method': 'POST', 'sec-fetch-site': 'cross-site' }, 403],
    ['a POST of a sister site', { 'x-forwarded-method': 'POST', 'sec-fetch-site': 'same-site' }, 403],
    ['a POST of origin null', { 'x-original-method': 'POST', origin: 'null' }, 403],
    ['a POST with X-CSRF: 0', { 'x-original-method': 'POST', 'x-csrf': '0' }, 403],
    ['a POST of the own page', { 'x-original-method': 'POST', 'sec-fetch-site': 'same-origin' }, 204],
    ['a WebSocket of no origin', { ...GET, 'sec-websocket-key': 'x' }, 403],
    [
      'a WebSocket of another site, with X-CSRF',
      { ...GET, 'sec-websocket-key': 'x', origin: 'http://x', 'x-csrf': '1' },
      403,
    ],
    ['a preflight', { 'x-forwarded-method': 'OPTIONS' }, 204],
  ])('%s is judged by what the browser says of it', async (_name, headers, status) => {
    expect((await verify('', headers, ana)).status).toBe(status);
  });

  it('a browser that goes to a page is sent to the sign-in of its front end; a script is not', async () => {
    const at = async (query: string, headers: Record<string, string>, path = '') =>
      (await verify(query, headers, undefined, path)).headers.location;
    const back = 'returnUrl=%2Fpage%3Fa%3D1%26b%3D2';
    expect(await at('?redirect=1', PAGE)).toBe(`${gateway.a}/bff/login?${back}`);
    expect(await at('?redirect=1&silent=1', PAGE)).toBe(`${gateway.a}/bff/login?${back}&prompt=none`);
    expect(await at('?redirect=1', PAGE, '/shop')).toBe(`${gateway.a}/shop/bff/login?${back}`);
    for (const headers of [GET, { ...PAGE, 'x-forwarded-method': 'POST' }, { ...PAGE, 'sec-fetch-mode': 'cors' }])
      expect((await verify('?redirect=1', headers)).status).toBe(401);
    expect((await verify('', PAGE)).status).toBe(401);
  });

  it('nobody is sent round for ever: after one silent sign-in comes the page', async () => {
    const tried = { ...PAGE, 'x-forwarded-uri': '/page?silent=login_required' };
    const { headers } = await verify('?redirect=1&silent=1', tried);
    expect(headers.location).toBe(`${gateway.a}/bff/login?returnUrl=%2Fpage`);
  });

  it.each(['//evil.example', 'https://evil.example/', '/\\evil.example', '/%2fevil.example', '/bff/logout?sid=1'])(
    'a person never comes back to %s',
    async (uri) => {
      const { headers } = await verify('?redirect=1', { ...PAGE, 'x-forwarded-uri': uri });
      expect(headers.location).toBe(`${gateway.a}/bff/login?returnUrl=%2F`);
    },
  );

  it('a session that the IdP confirmed too long ago is not enough where the proxy says so', async () => {
    const young = await signIn(idp, gateway.a, 'young', 'young-1');
    expect((await verify('?maxIdpAge=600', GET, young.visitor)).status).toBe(204);
    const { visitor } = await signIn(idp, gateway.a, 'old', 'old-1');
    await database.ssoSession.updateMany({
      where: { sub: 'old' },
      data: { idpCheckedAt: new Date(Date.now() - 700_000) },
    });
    const seen = await verify('?maxIdpAge=600', GET, visitor);
    expect([seen.status, typeOf(seen)]).toEqual([401, 'idp-check-needed']);
    const { headers } = await verify('?maxIdpAge=600&redirect=1', PAGE, visitor);
    expect(headers.location).toContain('&prompt=none&max_idp_age=600');
  });

  it('a session is worth nothing at another front end, on the same host or another', async () => {
    expect((await verify('', GET, ana, '/shop')).status).toBe(401);
    const cookie = await ana.jar.getCookieString(gateway.a);
    expect((await sendRaw(gateway.b, '/bff/verify', { headers: { ...GET, cookie } })).status).toBe(401);
  });

  it('X-Forwarded-Host of somebody who is not trusted names no front end', async () => {
    const { host } = new URL(gateway.a);
    const headers = { ...GET, host: 'gateway.internal', 'x-forwarded-host': host, 'x-forwarded-for': '127.0.0.1' };
    expect((await verify('', headers, ana)).status).toBe(421);
  });

  it.each(['?service=other', '?service=notes&service=x', '?maxIdpAge=x', '?maxIdpAge=-1', '?redirect=yes', '?slide=0'])(
    'a wrong question, %s, lets nobody pass',
    async (query) => {
      expect([400, 404]).toContain((await verify(query, GET, ana)).status);
    },
  );

  it('asking keeps the session awake, unless the proxy says no', async () => {
    const { visitor } = await signIn(idp, gateway.a, 'ben', 'ben-1');
    const where = { ssoSession: { sub: 'ben' } };
    const past = new Date(Date.now() - 120_000);
    const seenAt = async () => (await database.browserSession.findFirstOrThrow({ where })).lastSeenAt.getTime();
    await database.browserSession.updateMany({ where, data: { lastSeenAt: past } });
    await verify('?slide=false', GET, visitor);
    await verify('', { 'x-forwarded-method': 'POST' }, visitor);
    expect(await seenAt()).toBe(past.getTime());
    await verify('', GET, visitor);
    expect(await seenAt()).toBeGreaterThan(past.getTime());
  });
});
