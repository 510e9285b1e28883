import { beforeEach, describe, expect, it } from '@jest/globals';
import { type GatewayUnderTest, signIn } from '../support/gateway.js';
import { getter, proxySuite } from '../support/proxy-suite.js';
import type { ScriptedIdp } from '../support/scripted-idp.js';
import { ask, type Upstream } from '../support/upstream.js';
import { Visitor } from '../support/visitor.js';

describe('the proxy, as a process, and hostile requests, services and pages', () => {
  const suite = proxySuite();
  const get = getter(suite);
  let service: Upstream;
  let gateway: GatewayUnderTest;
  let idp: ScriptedIdp;
  beforeEach(() => {
    ({ service, gateway, idp } = suite());
  });

  it.each(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'])(
    'T085: %s without the CSRF header is refused before anything is looked up',
    async (method) => {
      const before = service.received.length;
      for (const path of ['/bff/api/notes/x', '/bff/api/unknown/x', '/bff/api/notes/../x'])
        expect((await ask(new Visitor(), gateway.a, path, { method, headers: { 'x-csrf': '' } })).status).toBe(403);
      expect((await get('/bff/api/notes/x', { 'x-csrf': '0', 'content-type': 'text/plain' }, method)).status).toBe(403);
      expect(service.received.length).toBe(before);
    },
  );

  it.each(['https://evil.example', 'null'])('T087: a preflight from %s gets no allow headers', async (origin) => {
    service.answer = (_request, response) =>
      response
        .writeHead(204, { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' })
        .end();
    const preflight = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-csrf' };
    for (const csrf of ['', '1']) {
      const { headers } = await get('/bff/api/notes/x', { ...preflight, 'x-csrf': csrf }, 'OPTIONS');
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  it('answers who is not signed in with 401 as JSON, never with a redirect', async () => {
    const seen = await ask(new Visitor(), gateway.a, '/bff/api/notes/x', { headers: { accept: 'text/html' } });
    expect([seen.status, seen.problem, seen.headers.location]).toEqual([401, 'not-signed-in', undefined]);
  });

  it('passes nothing to a service that only another front end has', async () => {
    expect((await get('/bff/api/elsewhere/x')).problem).toBe('unknown-service');
    expect((await get('/bff/api/__proto__/x')).problem).toBe('unknown-service');
    expect((await get('/bff/api/notesx/x')).problem).toBe('unknown-service');
  });

  it('passes on the allow-listed paths of a service and those below them', async () => {
    for (const path of ['/v1/a', '/public', '/public/a?b=../c', '/v1/a%20b', '/v1/100%25', '/v1/a.b/c..d', '/v1/']) {
      expect((await get(`/bff/api/scoped${path}`)).status).toBe(200);
      expect(service.last.url).toBe(path);
    }
    for (const path of ['', '/', '/v1', '/publicity', '/admin', '/V1/a', '/%76%31/a'])
      expect((await get(`/bff/api/scoped${path}`)).problem).toBe('unknown-path');
  });

  it.each([
    '/v1/../admin',
    '/v1/%2e%2e/admin',
    '/v1/%2E./admin',
    '/v1/..%2fadmin',
    '/v1/%252e%252e%252fadmin',
    '/v1/%2e%2e',
    '/v1/..;/admin',
    '/v1/..;a=b/admin',
    '/v1/./a',
    '/v1//admin',
    '//v1/a',
    '/v1/a%2fb',
    '/v1/a%5cb',
    '/v1/..\\admin',
    '/v1/%00',
    '/v1/%0d%0aX:y',
    '/v1/%zz',
    '/v1/#/../../admin',
  ])('refuses the path %s whole', async (path) => {
    const before = service.received.length;
    expect((await get(`/bff/api/scoped${path}`)).status).toBe(400);
    expect(service.received.length).toBe(before);
  });

  it('refuses the name of a service that is written otherwise', async () => {
    expect((await get('/bff/api/n%6ftes/x')).problem).toBe('bad-path');
    expect((await get('/bff/../bff/api/notes/x')).status).toBe(404);
    expect((await get('http://unknown.example/bff/api/notes/x')).status).toBe(421);
  });

  it('withholds the browser’s secrets and claims that only the gateway may make, and says the truth instead', async () => {
    const forged = {
      authorization: 'Bearer forged',
      forwarded: 'for=1.2.3.4',
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-user': 'root',
      x_forwarded_user: 'root',
      'x-real-ip': '1.2.3.4',
      'x-original-url': '/admin',
      'x-auth-request-user': 'root',
      'x-max-idp-age': '900',
      'proxy-authorization': 'Basic x',
      connection: 'close, x-kept, x-forwarded-proto, authorization',
      'x-kept': 'hop',
      te: 'trailers',
      'x-request-id': 'r1',
    };
    expect((await get('/bff/api/notes/x', forged)).status).toBe(200);
    const { headers } = service.last;
    expect(headers).toMatchObject({
      host: new URL(service.origin).host,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': new URL(gateway.a).host,
      'x-forwarded-proto': 'http',
      'x-forwarded-prefix': '/bff/api/notes',
      'x-request-id': 'r1',
    });
    expect(headers.authorization).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
    for (const name of Object.keys(forged).filter(
      (given) => !/^(?:authorization|x-forwarded-(?:for|host)|connection|x-request-id)$/.test(given),
    ))
      expect([name, headers[name]]).toEqual([name, undefined]);
    for (const name of ['cookie', 'x-csrf']) expect([name, headers[name]]).toEqual([name, undefined]);
    expect((await get('/bff/api/bare/x', forged)).status).toBe(200);
    expect(service.last.headers.authorization).toBeUndefined();
  });

  it('keeps back what a service may not say on the front end’s origin', async () => {
    service.answer = (_request, response) =>
      response
        .writeHead(200, {
          'set-cookie': 'bff-session=stolen',
          'clear-site-data': '"cookies"',
          'access-control-allow-origin': '*',
          'strict-transport-security': 'max-age=0',
          connection: 'close, x-hop',
          'x-hop': '1',
          'x-own': '1',
        })
        .end('ok');
    const { headers } = await get('/bff/api/notes/x');
    expect(headers['x-own']).toBe('1');
    for (const name of [
      'set-cookie',
      'clear-site-data',
      'access-control-allow-origin',
      'strict-transport-security',
      'x-hop',
    ])
      expect([name, headers[name]]).toEqual([name, undefined]);
  });

  it.each([
    ['/there?a=b', '/bff/api/notes/there?a=b'],
    ['there', 'there'],
    ['https://other.example/x', 'https://other.example/x'],
    ['//other.example/x', '//other.example/x'],
  ])('leaves a redirect to %s to the page, as %s', async (location, expected) => {
    service.answer = (_request, response) => response.writeHead(302, { location }).end();
    const seen = await get('/bff/api/notes/x');
    expect([seen.status, seen.headers.location]).toEqual([302, expected]);
    service.answer = (_request, response) => response.writeHead(201, { location: `${service.origin}/new` }).end();
    expect((await get('/bff/api/notes/x')).headers.location).toBe('/bff/api/notes/new');
  });

  it('passes on below the path of a front end, and writes redirects for it', async () => {
    const shop = await signIn(idp, `${gateway.a}/shop`, 'shopper', 'shopper-1');
    service.answer = (_request, response) => response.writeHead(302, { location: '/there' }).end();
    const seen = await ask(shop.visitor, gateway.a, '/shop/bff/api/notes/x');
    expect(seen.headers.location).toBe('/shop/bff/api/notes/there');
    expect([service.last.url, service.last.headers['x-forwarded-prefix']]).toEqual(['/x', '/shop/bff/api/notes']);
  });

  it('passes on a 401 and a 503 of the service as they are, and asks once', async () => {
    for (const status of [401, 503]) {
      const before = service.received.length;
      service.answer = (_request, response) => response.writeHead(status, { 'www-authenticate': 'Bearer' }).end('mine');
      const seen = await get('/bff/api/notes/x');
      expect([seen.status, seen.text, seen.headers['www-authenticate']]).toEqual([status, 'mine', 'Bearer']);
      expect(service.received.length - before).toBe(1);
    }
  });

  it('answers 502 for a service that is away or hangs up, and 504 for one that is late', async () => {
    expect([(await get('/bff/api/away/x')).status, (await get('/bff/api/away/x')).problem]).toEqual([
      502,
      'service-unavailable',
    ]);
    service.answer = (request) => request.socket.destroy();
    for (const method of ['GET', 'POST'])
      expect((await get('/bff/api/notes/x', {}, method)).problem).toBe('service-unavailable');
    service.answer = () => undefined;
    const late = await get('/bff/api/slow/x');
    expect([late.status, late.problem]).toEqual([504, 'service-timeout']);
  });
});
