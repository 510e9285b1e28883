import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { EventReader } from '../support/event-reader.js';
import { sendRaw } from '../support/raw-request.js';
import { FRONT_END, webForSuite, type WebUnderTest } from '../support/web-suite.js';

const JSON_TYPE = { 'content-type': 'application/json' };
/** What the gateway says of a request that came to a front end. */
const THROUGH = { 'x-forwarded-host': 'notes.test', 'x-forwarded-proto': 'http' };
const SHOWN = { kind: 'shown', status: 'signed_in' };

describe('the web app', () => {
  const suite = webForSuite();
  let own: string;
  let asked: WebUnderTest['asked'];
  beforeAll(() => {
    ({ own, asked } = suite());
  });

  const post = (path: string, headers: Readonly<Record<string, string>>, body?: unknown) =>
    sendRaw(own, path, {
      ...{ method: 'POST', headers: { ...(body === undefined ? {} : JSON_TYPE), ...headers } },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const statusOf = async (answer: Promise<{ readonly status: number }>) => (await answer).status;
  const entriesNow = async (): Promise<readonly unknown[]> => {
    const reader = await EventReader.open(`${own}/timeline/events`);
    await reader.heard('the stream', ({ name }) => name === 'hub');
    reader.close();
    return reader.entries.map(({ content }) => content);
  };

  describe('has three sites', () => {
    it('each with its own page', async () => {
      expect((await sendRaw(own, '/')).text).toBe('<p>timeline');
      expect((await sendRaw(own, '/', { headers: THROUGH })).text).toBe('<p>notes');
      const billing = { ...THROUGH, 'x-forwarded-host': 'billing.test' };
      expect((await sendRaw(own, '/?a=b', { headers: billing })).text).toBe('<p>billing');
      const seen = await sendRaw(own, '/site.json', { headers: THROUGH });
      expect(JSON.parse(seen.text)).toMatchObject({ name: 'notes', timeline: own });
    });

    it('and gives no path but those of its files', async () => {
      const paths = [
        '/../secret.txt',
        '/%2e%2e/secret.txt',
        '/..%2fsecret.txt',
        '//secret.txt',
        '/notes/index.html',
        '/..',
        '/%00',
        '/.',
      ];
      for (const path of paths)
        for (const headers of [{}, THROUGH]) {
          const seen = await sendRaw(own, path, { headers });
          expect([path, seen.status >= 400, seen.text.includes('hunter2')]).toEqual([path, true, false]);
        }
    });

    it('and a page that runs nothing but its own scripts, in no frame', async () => {
      const { headers } = await sendRaw(own, '/');
      expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers['x-frame-options']).toBe('DENY');
    });

    it('and leaves the policy of front ends to the gateway', async () => {
      expect((await sendRaw(own, '/', { headers: THROUGH })).headers['content-security-policy']).toBeUndefined();
    });
  });

  describe('keeps panel and timeline', () => {
    const OWN_PATHS = ['/panel', '/timeline/events', '/panel/services/billing/stop', '/health/ready', '/metrics'];

    it('from everybody who comes through the gateway', async () => {
      for (const path of OWN_PATHS) expect(await statusOf(sendRaw(own, path, { headers: THROUGH }))).toBe(404);
      const stop = post('/panel/services/billing/stop', { ...THROUGH, origin: FRONT_END, 'x-csrf': '1' });
      expect(await statusOf(stop)).toBe(404);
    });

    it.each([
      ['DNS that leads here', { host: 'evil.test' }],
      ['an address that is none of ours', { host: '127.0.0.1' }],
      ['a proxy that says our own name', { 'x-forwarded-host': 'localhost' }],
      ['a proxy', { forwarded: 'for=10.0.0.1' }],
    ])('from %s', async (_name, headers) => {
      for (const path of ['/', '/panel', '/timeline/events'])
        expect(await statusOf(sendRaw(own, path, { headers }))).toBe(421);
    });

    it.each([
      ['another site', { 'sec-fetch-site': 'cross-site' }],
      ['another port of this host', { 'sec-fetch-site': 'same-site' }],
      ['another origin', { origin: FRONT_END }],
      ['a sandbox', { origin: 'null' }],
    ])('from pages of %s', async (_name, headers) => {
      for (const path of ['/panel', '/timeline/events'])
        expect(await statusOf(sendRaw(own, path, { headers }))).toBe(403);
    });
  });

  describe('does what the panel says', () => {
    const stop = (headers: Readonly<Record<string, string>>) => post('/panel/services/billing/stop', headers);

    it.each<[string, (own: string) => Readonly<Record<string, string>>]>([
      ['without X-CSRF', (origin) => ({ origin })],
      ['with an X-CSRF that a form could not send but is wrong', (origin) => ({ origin, 'x-csrf': '0' })],
      ['without an origin', () => ({ 'x-csrf': '1' })],
      ['from a front end', () => ({ 'x-csrf': '1', origin: FRONT_END })],
      ['from a sandbox', () => ({ 'x-csrf': '1', origin: 'null' })],
      ['from an address that begins like ours', (origin) => ({ 'x-csrf': '1', origin: `${origin}.evil.test` })],
      ['from another site', (origin) => ({ 'x-csrf': '1', origin, 'sec-fetch-site': 'cross-site' })],
      ['by navigation', (origin) => ({ 'x-csrf': '1', origin, 'sec-fetch-site': 'none' })],
    ])('but not %s', async (_name, headersFor) => {
      const before = asked.length;
      expect(await statusOf(stop(headersFor(own)))).toBe(403);
      expect(await statusOf(post('/panel/idp-sessions/idp-1/end', headersFor(own), { push: true }))).toBe(403);
      expect(asked).toHaveLength(before);
    });

    it('from its own page, with the token of whoever does it', async () => {
      const headers = { 'x-csrf': '1', origin: own, 'sec-fetch-site': 'same-origin' };
      expect(await statusOf(stop(headers))).toBe(204);
      expect(asked.at(-1)).toMatchObject({ method: 'POST', url: '/apps/billing/stop' });
      expect(asked.at(-1)?.headers.authorization).toBe('Bearer control');
      expect(await statusOf(post('/panel/idp-sessions/idp-1/end', headers, { push: false }))).toBe(204);
      expect(asked.at(-1)).toMatchObject({ method: 'DELETE', url: '/admin/sessions/idp-1?push=none' });
      const told = (await entriesNow()).slice(-2);
      expect(told).toMatchObject([
        { kind: 'panel', deed: 'service_stopped', what: 'billing' },
        { kind: 'panel', deed: 'session_ended', what: 'ana', push: false },
      ]);
      const state = JSON.parse((await sendRaw(own, '/panel')).text) as unknown;
      expect(state).toMatchObject({ idp: 'here', idpSessions: [{ id: 'idp-1', clients: ['c'] }] });
      expect(JSON.stringify(state)).not.toMatch(/operator|control/);
    });

    it.each([
      ['/panel/services/gateway/stop', undefined, 404],
      ['/panel/services/constructor/stop', undefined, 404],
      ['/panel/services/billing%2f..%2fnotes/stop', undefined, 404],
      ['/panel/services/billing/kill', undefined, 404],
      ['/panel/idp-sessions/..%2f..%2fadmin/end', { push: true }, 400],
      ['/panel/idp-sessions/a%3fconfirm=all/end', { push: true }, 400],
      ['/panel/idp-sessions/idp-1/end', { push: 'none' }, 400],
      ['/panel/idp-sessions/idp-1/end', { push: true, confirm: 'all' }, 400],
      ['/panel/idp-sessions/idp-1/end', [], 400],
    ])('and nothing else: %s %j', async (path, body, status) => {
      const before = asked.length;
      expect(await statusOf(post(path, { 'x-csrf': '1', origin: own }, body))).toBe(status);
      expect(asked).toHaveLength(before);
    });
  });

  describe('is told by pages', () => {
    const tell = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
      post('/told', { ...THROUGH, origin: FRONT_END, ...headers }, body);

    it('how they are, by the name of their front end and at our time', async () => {
      const sid = randomUUID();
      expect(await statusOf(tell({ ...SHOWN, sid }))).toBe(204);
      const told = await entriesNow();
      expect(told.at(-1)).toMatchObject({ ...SHOWN, sid, frontEnd: 'notes', at: expect.stringMatching(/^\d{4}-.*Z$/) });
    });

    it.each<[string, unknown, Readonly<Record<string, string>>, number]>([
      ['from an unknown origin', SHOWN, { origin: 'http://evil.test' }, 403],
      ['from the other front end', SHOWN, { origin: 'http://billing.test' }, 403],
      ['from a sandbox', SHOWN, { origin: 'null' }, 403],
      ['from another site', SHOWN, { 'sec-fetch-site': 'cross-site' }, 403],
      ['for a host that is no front end', SHOWN, { 'x-forwarded-host': 'evil.test' }, 421],
      ['with markup', { ...SHOWN, reason: '<script>alert(1)</script>' }, {}, 400],
      ['with an event of its own', { ...SHOWN, reason: 'a\n\nevent: hub' }, {}, 400],
      ['with a body that is too large', { ...SHOWN, reason: 'a'.repeat(70_000) }, {}, 413],
      ['with the keys of a prototype', '{"kind":"shown","status":"signed_in","__proto__":{"x":1}}', {}, 400],
      ['with those of a constructor', '{"kind":"shown","status":"signed_in","constructor":{"prototype":{}}}', {}, 400],
      ['with what is no JSON', '{', {}, 400],
      ['as a form', 'kind=shown', { 'content-type': 'application/x-www-form-urlencoded' }, 400],
      ['as plain text', JSON.stringify(SHOWN), { 'content-type': 'text/plain' }, 400],
    ])('but not %s', async (_name, body, headers, status) => {
      const before = await entriesNow();
      expect(await statusOf(tell(body, headers))).toBe(status);
      expect(await entriesNow()).toEqual(before);
    });

    it('but not by the timeline itself', async () => {
      expect(await statusOf(post('/told', { origin: own, 'x-csrf': '1' }, SHOWN))).toBe(404);
    });

    it('but not without end', async () => {
      const answers = await Promise.all(Array.from({ length: 150 }, () => statusOf(tell(SHOWN))));
      expect(new Set(answers)).toEqual(new Set([204, 429]));
    });
  });
});
