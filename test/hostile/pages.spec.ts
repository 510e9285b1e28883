import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { type GatewayUnderTest, signIn, startGateway, usualSites } from '../support/gateway.js';
import { sendRaw } from '../support/raw-request.js';
import { ScriptedIdp } from '../support/scripted-idp.js';

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const SECRET = 'hunter2';

/** A folder of pages, with secrets beside it, and links that lead to them. */
function makeFolder(): { readonly above: string; readonly pages: string } {
  const above = mkdtempSync(join(tmpdir(), 'pages-'));
  const pages = join(above, 'pages');
  mkdirSync(join(pages, 'deep'), { recursive: true });
  mkdirSync(join(pages, '.git'));
  mkdirSync(join(above, 'pages-secret'));
  for (const path of ['secret.txt', 'pages-secret/x.txt', 'pages/.env', 'pages/.git/config'])
    writeFileSync(join(above, path), SECRET);
  writeFileSync(join(pages, 'index.html'), '<p>home');
  writeFileSync(join(pages, 'deep/index.html'), '<p>deep');
  writeFileSync(join(pages, 'app.js'), 'let app;');
  writeFileSync(join(pages, 'app.0a1b2c3d.js'), 'let hashed;');
  writeFileSync(join(pages, 'a b.txt'), 'spaced');
  symlinkSync('../secret.txt', join(pages, 'linked.txt'));
  symlinkSync('..', join(pages, 'up'));
  symlinkSync('../pages-secret', join(pages, 'beside'));
  symlinkSync('.env', join(pages, 'env.txt'));
  symlinkSync('app.js', join(pages, 'inside.js'));
  return { above, pages };
}

describe('the pages of a front end', () => {
  const apps = appsForSuite();
  const folder = makeFolder();
  const received: {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }[] = [];
  let idp: ScriptedIdp;
  let web: Server;
  let gateway: GatewayUnderTest;
  let dead: string;

  beforeAll(async () => {
    idp = await ScriptedIdp.start();
    web = createServer((request, response) => {
      void text(request).then((body) => {
        const { method = '', url = '', headers } = request;
        received.push({ method, url, headers, body });
        const own = `http://${headers.host ?? ''}`;
        if (url === '/away') response.writeHead(302, { location: `${own}/here?x=1` }).end();
        else if (url === '/far') response.writeHead(302, { location: `${own}.example/` }).end();
        else
          response
            .writeHead(200, {
              'content-type': 'text/html',
              'set-cookie': [
                'theme=dark',
                'bff-session=stolen; Path=/',
                '__Host-bff-browser=stolen; Path=/; Secure',
                'bff-session-docs=stolen',
                '=bff-session=stolen; Path=/',
              ],
              'content-security-policy': "script-src 'unsafe-inline'",
              'strict-transport-security': 'max-age=0',
            })
            .end('<p>from the web server');
      });
    });
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const upstream = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
    gateway = await startGateway(apps(), idp, await freshDatabase('hub'), {}, (usual) => ({
      ...usualSites(usual),
      frontEnds: [
        { origin: usual.origins[0], pages: { folder: folder.pages, fallback: 'index.html' } },
        { origin: usual.origins[0], path: '/docs', pages: { folder: folder.pages } },
        { origin: usual.origins[1], pages: { upstream } },
        { origin: usual.origins[1], path: '/down', pages: { upstream: 'http://127.0.0.1:9' } },
        { origin: usual.origins[1], path: '/none' },
      ],
    }));
    dead = `${gateway.b}/down`;
  }, 90_000);
  afterAll(async () => {
    web.closeAllConnections();
    web.close();
    await idp.stop();
    rmSync(folder.above, { recursive: true });
  });

  describe('from a folder', () => {
    it.each([
      ['/', 'home', 'text/html', 'no-cache'],
      ['/index.html', 'home', 'text/html', 'no-cache'],
      ['/deep/', 'deep', 'text/html', 'no-cache'],
      ['/app.js?v=1', 'let app', 'application/javascript', 'no-cache'],
      ['/app.0a1b2c3d.js', 'let hashed', 'application/javascript', 'public, max-age=31536000, immutable'],
      ['/a%20b.txt', 'spaced', 'text/plain', 'no-cache'],
      ['/inside.js', 'let app', 'application/javascript', 'no-cache'],
      ['/docs/', 'home', 'text/html', 'no-cache'],
      ['/docs/app.js', 'let app', 'application/javascript', 'no-cache'],
    ])('gives %s', async (path, said, type, kept) => {
      const seen = await sendRaw(gateway.a, path);
      expect([seen.status, seen.headers['cache-control']]).toEqual([200, kept]);
      expect(seen.headers['content-type']).toContain(type);
      expect(seen.text).toContain(said);
      const again = await sendRaw(gateway.a, path, { headers: { 'if-none-match': seen.headers.etag ?? '' } });
      expect([again.status, again.text]).toEqual([304, '']);
      const head = await sendRaw(gateway.a, path, { method: 'HEAD' });
      expect([head.status, head.text, head.headers.etag]).toEqual([200, '', seen.headers.etag]);
    });

    it.each([
      ['/deep', '/deep/'],
      ['/deep?a=b', '/deep/?a=b'],
      ['/docs', '/docs/'],
      ['/docs?a=b', '/docs/?a=b'],
      ['/docs/deep', '/docs/deep/'],
    ])('adds the slash that relative links need: %s', async (path, location) => {
      const seen = await sendRaw(gateway.a, path);
      expect([seen.status, seen.headers.location]).toEqual([308, location]);
    });

    it.each([
      ...['/../secret.txt', '/deep/../../secret.txt', '/./../secret.txt', '/..;/secret.txt', '/%2e%2e/secret.txt'],
      ...['/%2E%2E%2Fsecret.txt', '/..%2fsecret.txt', '/..%5csecret.txt', '/..\\secret.txt', '/%252e%252e/secret.txt'],
      ...['/deep/%2e%2e/%2e%2e/secret.txt', '//secret.txt', '///etc/passwd', '/etc/passwd%00.html', '/secret.txt%00'],
      ...[
        '/.env',
        '/%2eenv',
        '/.git/config',
        '/deep/../.env',
        '/.git/',
        '/docs/.env',
        '/docs/../.env',
        '/docs/%2e%2e/secret.txt',
      ],
      ...['/linked.txt', '/up/secret.txt', '/beside/x.txt', '/env.txt', '/docs/linked.txt'],
    ])('gives nothing that is not in it, nor what begins with a dot: %s', async (path) => {
      for (const method of ['GET', 'HEAD'])
        for (const headers of [{}, HTML]) {
          const seen = await sendRaw(gateway.a, path, { method, headers });
          expect(seen.status).toBe(404);
          expect(seen.text).not.toContain(SECRET);
          expect(seen.text).not.toContain('root:');
        }
    });

    it('has a page for the addresses inside of an app, for people alone', async () => {
      for (const path of ['/orders/7', '/orders/7?tab=1', '/orders/']) {
        const seen = await sendRaw(gateway.a, path, { headers: HTML });
        expect([seen.status, seen.text, seen.headers['cache-control']]).toEqual([200, '<p>home', 'no-cache']);
        expect((await sendRaw(gateway.a, path)).status).toBe(404);
        expect((await sendRaw(gateway.a, path, { method: 'POST', headers: HTML, body: 'x' })).status).toBe(404);
      }
      for (const path of ['/missing.js', '/bff/none', '/bff', '/%62ff/none', '/docs/orders/7'])
        expect((await sendRaw(gateway.a, path, { headers: HTML })).status).toBe(404);
    });

    it('says that there is nothing: with a page to people, with a problem to programs', async () => {
      const program = await sendRaw(gateway.a, '/missing.js', { headers: { accept: 'application/json' } });
      expect(program.headers['content-type']).toContain('application/problem+json');
      expect(JSON.parse(program.text)).toMatchObject({ type: 'urn:sso:problem:not-found', status: 404 });
      const person = await sendRaw(gateway.a, '/docs/<script>', { headers: HTML });
      expect(person.headers['content-type']).toContain('text/html');
      expect(person.headers['content-security-policy']).toContain("default-src 'none'");
      expect(person.text).toContain('href="/docs/"');
      expect(person.text).not.toContain('<script');
      expect((await sendRaw(gateway.b, '/none/x', { headers: HTML })).status).toBe(404);
    });
  });

  describe('from a web server', () => {
    it('come with path, query and body, without the browser’s secrets and claims', async () => {
      const { visitor } = await signIn(idp, gateway.b, 'ana', 'ana-1');
      await visitor.jar.setCookie('theme=light', gateway.b);
      const cookie = await visitor.jar.getCookieString(gateway.b);
      expect(cookie).toContain('bff-session=');
      const claims = {
        authorization: 'Bearer x',
        'x-forwarded-user': 'root',
        'x-real-ip': '1.2.3.4',
        remote_user: 'root',
        x_real_ip: '1.2.3.4',
        forwarded: 'for=x',
        'x-csrf': '1',
      };
      const seen = await sendRaw(gateway.b, '/form/a%2Fb?c=d', {
        method: 'POST',
        headers: { cookie, ...claims },
        body: 'a=b',
      });
      expect([seen.status, seen.text]).toEqual([200, '<p>from the web server']);
      const asked = received.at(-1)!;
      expect(asked).toMatchObject({ method: 'POST', url: '/form/a%2Fb?c=d', body: 'a=b' });
      expect(asked.headers.cookie).toBe('theme=light');
      for (const name of Object.keys(claims)) expect(asked.headers[name]).toBeUndefined();
    });

    it('can set no cookie of the gateway, nor speak for the host', async () => {
      const { headers } = await sendRaw(gateway.b, '/');
      expect(headers['set-cookie']).toEqual(['theme=dark']);
      expect(headers['strict-transport-security']).toBeUndefined();
      expect(headers['content-security-policy']).toBe("script-src 'unsafe-inline'");
      const head = await sendRaw(gateway.b, '/', { method: 'HEAD' });
      expect([head.status, head.text, received.at(-1)?.method]).toEqual([200, '', 'HEAD']);
    });

    it('may redirect: to itself is to us', async () => {
      expect((await sendRaw(gateway.b, '/away')).headers.location).toBe(`${gateway.b}/here?x=1`);
      expect((await sendRaw(gateway.b, '/far')).headers.location).toMatch(/^http:\/\/127\.0\.0\.1:\d+\.example\/$/);
    });

    it('are not asked for the gateway’s own addresses', async () => {
      const before = received.length;
      for (const path of ['/bff/none', '/%62ff/none', '/bff'])
        expect((await sendRaw(gateway.b, path, { method: 'POST', body: 'x' })).status).toBe(404);
      expect(received).toHaveLength(before);
    });

    it('are answered 502 when it is away', async () => {
      const seen = await sendRaw(dead, '/down/x');
      expect([seen.status, JSON.parse(seen.text)]).toEqual([
        502,
        expect.objectContaining({ type: 'urn:sso:problem:pages-unavailable' }),
      ]);
    });
  });

  it('are nobody’s at an address that no front end has', async () => {
    for (const target of ['/', '/docs/', 'http://unknown.example/docs/', '*']) {
      const host = target.startsWith('/') ? 'unknown.example' : new URL(gateway.a).host;
      const seen = await sendRaw(gateway.a, target, { headers: { host, ...HTML } });
      expect(seen.status).toBe(421);
    }
  });
});
