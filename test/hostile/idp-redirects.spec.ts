import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser } from '../../apps/idp/test/browser.js';
import { authorizeUrl, signIn, startTestIdp, type TestIdp } from '../../apps/idp/test/test-idp.js';
import { freshDatabase } from '../support/databases.js';

let idp: TestIdp;
const ana = new Browser();
beforeAll(async () => {
  idp = await startTestIdp(await freshDatabase('idp'));
  await signIn(idp, ana, 'ana');
});
afterAll(() => idp.close());

const silent = () => authorizeUrl(idp, 'gateway', { prompt: 'none' });

describe('a redirect URI (T109, T111)', () => {
  const registered = 'http://gateway.test/callback';
  it.each([
    'http://evil.test/callback',
    `${registered}/`,
    `${registered}/more`,
    `${registered}/../callback`,
    `${registered}%2f..%2f`,
    `${registered}?a=b`,
    `${registered}#a`,
    `${registered}%00`,
    `${registered}\n`,
    `${registered}\\@evil.test`,
    `${registered} `,
    ` ${registered}`,
    'http://gateway.test:8080/callback',
    'http://gateway.test:80/callback',
    'https://gateway.test/callback',
    'HTTP://gateway.test/callback',
    'http://GATEWAY.test/callback',
    'http://gateway.test./callback',
    'http://user@gateway.test/callback',
    'http://gateway.test@evil.test/callback',
    'http://other.test/callback',
    '//gateway.test/callback',
    '/callback',
    'javascript:alert(1)',
    'data:text/html,x',
    '*',
  ])('%j is a page for the person and leads nowhere', async (uri) => {
    for (const extra of [
      {},
      { prompt: 'none' },
      { response_mode: 'web_message', prompt: 'none' },
      { response_mode: 'form_post' },
    ]) {
      const answer = await ana.get(authorizeUrl(idp, 'gateway', { redirect_uri: uri, ...extra }));
      expect([answer.status, answer.location]).toEqual([400, undefined]);
      expect(answer.text).not.toMatch(/evil\.test|alert\(1\)|postMessage/);
      expect(answer.headers.get('x-frame-options')).toBe('DENY');
    }
  });

  it.each([
    ['no client', { client_id: '' }],
    ['a client that nobody knows', { client_id: 'nobody' }],
    ['a client with a NUL', { client_id: 'gate\0way' }],
    ['a client of markup', { client_id: '"><script>alert(1)</script>' }],
    ['no redirect URI', { redirect_uri: '' }],
  ])('is not used with %s', async (_what, extra) => {
    const answer = await new Browser().get(authorizeUrl(idp, 'gateway', extra));
    expect([answer.status, answer.location]).toEqual([400, undefined]);
    expect(answer.text).not.toContain('<script>alert');
  });

  it('of the web message draft is not supported', async () => {
    const answer = await new Browser().get(
      authorizeUrl(idp, 'framed', {
        response_mode: 'web_message',
        web_message_uri: 'http://evil.test',
        prompt: 'none',
      }),
    );
    expect(answer.location).toBeUndefined();
    expect(answer.text).not.toContain('evil.test');
  });
});

describe('the endpoint itself', () => {
  it('lets no page of another site read it', async () => {
    for (const origin of ['http://gateway.test', 'http://framed.test', 'null', 'http://evil.test']) {
      const { headers } = await new Browser().get(silent(), { origin });
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('takes other methods than GET and POST from nobody', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'TRACE']) {
      const { host, hostname, port, pathname, search } = silent();
      const status = await new Promise((resolve, reject) => {
        const asked = request({ method, hostname, port, path: pathname + search, headers: { host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        asked.on('error', reject).end();
      });
      expect([400, 404, 405, 501]).toContain(status);
    }
  });

  it('takes a request of another host, or with an absolute target, for its own, or for none', async () => {
    const { port } = new URL(idp.issuer);
    for (const path of [`http://evil.test/authorize${silent().search}`, `//evil.test/authorize${silent().search}`]) {
      const location = await new Promise<string | undefined>((resolve, reject) => {
        const asked = request({ hostname: 'localhost', port, path, headers: { host: 'evil.test' } }, (answer) => {
          answer.resume();
          resolve(answer.headers.location);
        });
        asked.on('error', reject).end();
      });
      expect(location ?? '').not.toContain('evil.test');
    }
  });
});
