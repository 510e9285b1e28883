import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser } from '../../apps/idp/test/browser.js';
import {
  authorizeUrl,
  operate,
  OPERATOR_TOKEN,
  signIn,
  startTestIdp,
  type TestIdp,
} from '../../apps/idp/test/test-idp.js';
import { freshDatabase } from '../support/databases.js';

let idp: TestIdp;
beforeAll(async () => {
  idp = await startTestIdp(await freshDatabase('idp'));
});
afterAll(() => idp.close());

const FORM = 'application/x-www-form-urlencoded';

/** Bodies that a form or a program never sends. None may be a fault of ours. */
const BODIES: readonly (readonly [what: string, type: string, body: string | Uint8Array<ArrayBuffer>])[] = [
  ['nothing', FORM, ''],
  ['NULs', FORM, 'login=%00&password=%00&token=%00&code=%00&session=%00&client=%00&client_id=%00&state=%00'],
  ['lists', FORM, 'login=a&login=b&password=c&password=d&token=e&token=f&client_id=g&client_id=h'],
  ['what JavaScript has of its own', FORM, '__proto__=a&constructor=b&toString=c&hasOwnProperty=d'],
  ['half an escape', FORM, 'login=%&password=%e0%a4%a&token=%zz'],
  ['bytes', FORM, new Uint8Array([0xff, 0xfe, 0, 0x3d, 0x80])],
  ['JSON', 'application/json', '{"login":{"$ne":null},"password":{"$gt":""}}'],
  ['half of JSON', 'application/json', '{"login":'],
  ['JSON that is a list', 'application/json', '[]'],
  ['JSON that is null', 'application/json', 'null'],
  ['JSON with a prototype', 'application/json', '{"__proto__":{"disabled":false}}'],
  ['text', 'text/plain', 'login=ana&password=x'],
  [
    'parts',
    'multipart/form-data; boundary=x',
    '--x\r\ncontent-disposition: form-data; name="login"\r\n\r\nana\r\n--x--',
  ],
  ['70 KB', FORM, `login=${'a'.repeat(70_000)}`],
  ['an unknown type', 'application/x-who-knows', 'a'],
];

describe.each(BODIES)('a body of %s', (_what, type, body) => {
  it('is nobody, and no fault of ours, at any address that takes a body', async () => {
    const browser = new Browser();
    const { location: page } = await browser.get(authorizeUrl(idp));
    const cookie = await browser.jar.getCookieString(page!.href);
    const ana = new Browser();
    await signIn(idp, ana, 'ana');
    const session = await ana.jar.getCookieString(idp.issuer);
    const addresses: readonly (readonly [string, Record<string, string>])[] = [
      [page!.href, { cookie }],
      [`${page!.href}/mfa`, { cookie }],
      [`${page!.href}/consent`, { cookie }],
      [`${idp.issuer}/authorize`, {}],
      [`${idp.issuer}/oidc/logout`, { cookie: session }],
      [`${idp.issuer}/oidc/logout/confirm`, { cookie: session }],
      [`${idp.issuer}/oauth/token`, {}],
      [`${idp.issuer}/oauth/introspect`, {}],
      [`${idp.issuer}/oauth/revoke`, {}],
      [`${idp.issuer}/account/sessions/end-all`, { cookie: session }],
      [`${idp.issuer}/account/password`, { cookie: session }],
    ];
    for (const [address, headers] of addresses) {
      const response = await fetch(address, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': type, ...headers },
        body,
      });
      const text = await response.text();
      expect([address, response.status >= 500]).toEqual([address, false]);
      expect(text).not.toMatch(/ at .*\.[jt]s:\d+|prisma|postgres/i);
      if (headers.cookie !== session) expect(response.headers.get('set-cookie') ?? '').not.toMatch(/idp_session=[^;]/);
    }
    expect((await ana.get(authorizeUrl(idp, 'gateway', { prompt: 'none' }))).location?.searchParams.has('code')).toBe(
      true,
    );
  });

  it('is refused by the operator API, with a problem', async () => {
    for (const [method, path] of [
      ['POST', '/admin/people'],
      ['PATCH', '/admin/people/sub-ben'],
      ['POST', '/admin/clients'],
      ['POST', '/admin/keys/rotate'],
    ] as const) {
      const response = await fetch(idp.operator + path, {
        method,
        headers: { authorization: `Bearer ${OPERATOR_TOKEN}`, 'content-type': type },
        body,
      });
      const mayBeNothing = body === '' || type === 'application/json';
      expect([path, response.status < 500, mayBeNothing || response.status >= 400]).toEqual([path, true, true]);
    }
  });
});

describe('the operator API', () => {
  it.each([
    ['login', { login: 'a\0b' }],
    ['name', { name: 'a\0b' }],
    ['sub', { sub: 'a\0b' }],
    ['name of half a letter', { name: '\ud800' }],
    ['password of 2 MB', { password: 'x'.repeat(2_000_000) }],
  ])('writes no person with a NUL or too much in the %s, and fails at nothing', async (_what, more) => {
    const person = {
      login: `p${Math.floor(performance.now() * 1000)}`,
      name: 'P',
      email: 'p@example.test',
      password: 'a long password for p',
    };
    const { status } = await operate(idp, 'POST', '/admin/people', undefined, { ...person, ...more });
    expect(status).toBeLessThan(500);
  });

  it('can be read by no page: it has no CORS, and takes no cookie for the token', async () => {
    const headers = {
      origin: 'http://evil.test',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    };
    const preflight = await fetch(`${idp.operator}/admin/sessions?login=ana`, { method: 'OPTIONS', headers });
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    const withCookie = await fetch(`${idp.operator}/admin/sessions?login=ana`, {
      headers: { cookie: `token=${OPERATOR_TOKEN}` },
    });
    expect(withCookie.status).toBe(401);
    const inAddress = await fetch(`${idp.operator}/admin/sessions?login=ana&access_token=${OPERATOR_TOKEN}`);
    expect(inAddress.status).toBe(401);
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    `Basic ${btoa(`operator:${OPERATOR_TOKEN}`)}`,
    `Bearer ${OPERATOR_TOKEN}x`,
    `Bearer ${OPERATOR_TOKEN.slice(1)}`,
    `Bearer ${OPERATOR_TOKEN.toUpperCase()}`,
    `Bearer x, Bearer ${OPERATOR_TOKEN}`,
  ])('refuses the authorization %j', async (authorization) => {
    expect((await fetch(`${idp.operator}/admin/sessions?login=ana`, { headers: { authorization } })).status).toBe(401);
  });
});
