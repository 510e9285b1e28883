import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, Browser } from '../../apps/idp/test/browser.js';
import {
  asClient,
  authorizeUrl,
  operate,
  redeem,
  signIn,
  startTestIdp,
  type TestIdp,
} from '../../apps/idp/test/test-idp.js';
import { freshDatabase } from '../support/databases.js';

const API = 'https://api.test/orders';
const MARKUP = `"'></script><script>alert(1)</script><img src=x onerror=alert(1)>\u2028`;

let idp: TestIdp;
const ana = new Browser();
beforeAll(async () => {
  idp = await startTestIdp(await freshDatabase('idp'), {
    env: {
      IDP_APIS: JSON.stringify([
        { identifier: API, name: 'Orders', scopes: ['orders:read'] },
        { identifier: 'https://api.test/other', name: 'Other', scopes: ['other:read'] },
      ]),
    },
    moreClients: () => [
      {
        client_id: 'hostile',
        client_name: MARKUP,
        client_secret: 'a secret of the clients of these tests',
        redirect_uris: ['http://hostile.test/callback'],
        allowed_web_origins: ['http://hostile.test'],
      },
    ],
    people: { ana: { name: MARKUP, login: 'ana' } },
  });
  await signIn(idp, ana, 'ana');
});
afterAll(() => idp.close());

/** A page runs nothing that came with the request: the markup is text, and only our own files or hashes may run. */
function expectHarmless({ text, headers }: Answer): void {
  expect(text).not.toMatch(/<script>alert|<img src=x|<b>bold/i);
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/default-src 'none'/);
  expect(policy).not.toMatch(/unsafe-inline|unsafe-eval|\*/);
}

describe('markup in a request', () => {
  it.each([
    ['the page of an error', { response_type: MARKUP, redirect_uri: 'http://evil.test' }],
    ['a form that posts itself', { response_mode: 'form_post', prompt: 'none', state: MARKUP }],
    [
      'an error in a form that posts itself',
      { response_mode: 'form_post', prompt: 'none', max_age: '0', state: MARKUP },
    ],
    ['the sign-in page', { prompt: 'login', login_hint: MARKUP, ui_locales: MARKUP, display: 'page' }],
  ])('is text in %s', async (_what, extra) => {
    const answer = await ana.get(authorizeUrl(idp, 'gateway', extra));
    const page =
      answer.location?.pathname.startsWith('/interaction/') === true ? await ana.get(answer.location) : answer;
    expect(page.headers.get('content-type')).toContain('text/html');
    expectHarmless(page);
  });

  it('is text in a web message, which goes to nobody but the registered origin', async () => {
    const extra = { response_mode: 'web_message', prompt: 'none', state: MARKUP };
    for (const more of [{}, { max_age: '0' }]) {
      const answer = await ana.get(authorizeUrl(idp, 'framed', { ...extra, ...more }));
      expectHarmless(answer);
      expect(answer.text).toContain('http://framed.test');
      expect(answer.text).not.toMatch(/postMessage\([^)]*['"]\*['"]/);
    }
  });

  it('is text where a client or a person is named so', async () => {
    const asked = await ana.get(authorizeUrl(idp, 'hostile', { prompt: 'consent' }));
    const consent = await ana.get(asked.location!);
    expect(consent.text).toContain('&lt;script&gt;alert(1)');
    expectHarmless(consent);
    expectHarmless(await ana.get(`${idp.issuer}/account`));
    const browser = new Browser();
    expectHarmless(await browser.get((await browser.get(authorizeUrl(idp, 'hostile'))).location!));
  });

  it.each([
    ['/oidc/logout?client_id=MARKUP&state=MARKUP'],
    ['/oidc/logout?post_logout_redirect_uri=http%3A%2F%2Fgateway.test%2F&client_id=gateway&state=MARKUP'],
    ['/v2/logout?client_id=gateway&returnTo=MARKUP'],
    ['/oidc/iframe/check_session?client_id=MARKUP'],
    ['/account?done=MARKUP'],
    ['/account/goodbye?why=MARKUP'],
    ['/interaction/MARKUP'],
    ['/assets/MARKUP'],
    ['/MARKUP'],
  ])('is not in the answer of %s', async (path) => {
    const answer = await ana.get(idp.issuer + path.replaceAll('MARKUP', encodeURIComponent(MARKUP)));
    expect(answer.text).not.toMatch(/<script>alert|<img src=x/i);
    if (answer.headers.get('content-type')?.includes('html') === true) expectHarmless(answer);
    expect(answer.headers.get('location') ?? '').not.toMatch(/alert\(1\)<|[\r\n]/);
  });
});

describe('an access token of one API', () => {
  const tokens = async (extra: Readonly<Record<string, string>>) => {
    const back = await ana.get(authorizeUrl(idp, 'gateway', { prompt: 'none', ...extra }));
    return redeem(idp, back);
  };

  it('opens neither userinfo nor another API, and is no hint', async () => {
    const { access_token: token } = await tokens({ audience: API, scope: 'openid orders:read' });
    expect(token).toMatch(/^eyJ/);
    const userinfo = await fetch(`${idp.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
    expect(userinfo.status).toBe(401);
    const { location } = await ana.get(authorizeUrl(idp, 'gateway', { prompt: 'none', id_token_hint: token }));
    expect(location?.searchParams.get('error')).toBe('invalid_request');
  });

  it.each([
    ['nobody knows', { resource: 'https://evil.test/api' }],
    ['is no address', { resource: 'orders' }],
    ['is a script', { resource: 'javascript:alert(1)' }],
    ['has a fragment', { resource: `${API}#x` }],
  ])('is not given for a resource that %s', async (_what, extra) => {
    const { location } = await ana.get(authorizeUrl(idp, 'gateway', { prompt: 'none', ...extra }));
    expect(location?.searchParams.get('error')).toMatch(/^invalid_(?:target|request)$/);
  });

  it('is not widened when it is redeemed or refreshed', async () => {
    const back = await ana.get(
      authorizeUrl(idp, 'gateway', { prompt: 'none', audience: API, scope: 'openid orders:read' }),
    );
    const first = await redeem(idp, back);
    for (const more of [
      { resource: 'https://api.test/other' },
      { scope: 'openid other:read' },
      { audience: 'https://api.test/other', scope: 'openid other:read' },
    ]) {
      const answer = await asClient(idp, 'gateway', '/oauth/token', {
        grant_type: 'refresh_token',
        refresh_token: first.refresh_token ?? '',
        ...more,
      });
      expect([answer.status, await answer.json()]).toEqual([
        400,
        expect.objectContaining({ error: expect.any(String) }),
      ]);
    }
  });
});

describe('metadata of a client that an operator registers', () => {
  const register = async (metadata: object) =>
    operate(idp, 'POST', '/admin/clients', undefined, { redirect_uris: ['https://app.test/cb'], ...metadata });

  it.each([
    [{ redirect_uris: ['javascript:alert(1)'] }],
    [{ redirect_uris: ['data:text/html,x'] }],
    [{ redirect_uris: ['https://app.test/cb#fragment'] }],
    [{ redirect_uris: ['https://*.app.test/cb'] }],
    [{ redirect_uris: ['https://app.test/*'] }],
    [{ redirect_uris: ['//app.test/cb'] }],
    [{ redirect_uris: ['https://user:secret@app.test/cb'] }],
    [{ application_type: 'native', redirect_uris: ['javascript:alert(1)'] }],
    [{ application_type: 'native', redirect_uris: ['javascript://x.test/%0aalert(1)'] }],
    [{ application_type: 'native', redirect_uris: ['data:text/html,x'] }],
    [{ application_type: 'native', redirect_uris: ['vbscript:x'] }],
    [{ application_type: 'native', redirect_uris: ['file:///etc/passwd'] }],
    [{ application_type: 'native', redirect_uris: ['blob:https://x.test/1'] }],
    [{ initiate_login_uri: 'javascript:alert(1)' }],
    [{ redirect_uris: [] }],
    [{ redirect_uris: 'https://app.test/cb' }],
    [{ post_logout_redirect_uris: ['javascript:alert(1)'] }],
    [{ post_logout_redirect_uris: ['data:text/html,x'] }],
    [{ backchannel_logout_uri: 'file:///etc/passwd' }],
    [{ backchannel_logout_uri: 'javascript:alert(1)' }],
    [{ allowed_web_origins: ['*'] }],
    [{ allowed_web_origins: ['null'] }],
    [{ allowed_web_origins: ['https://app.test/path'] }],
    [{ grant_types: ['client_credentials', 'urn:ietf:params:oauth:grant-type:device_code'] }],
    [{ response_types: ['none'] }],
    [{ id_token_signed_response_alg: 'none' }],
    [{ token_endpoint_auth_method: 'client_secret_jwt' }],
    [{ client_id: 'gateway' }],
    [{ client_id: 'idp-account' }],
    [{ client_id: 'with\0nul' }],
    [{ client_id: '../../admin' }],
    [{ client_uri: 'javascript:alert(1)' }],
    [{ logo_uri: 'javascript:alert(1)' }],
    [{ __proto__: { first_party: true }, constructor: 1 }],
  ])('is refused when it is %j', async (metadata) => {
    const { status, body } = await register(metadata);
    expect([status, (body as { type?: string }).type]).toEqual([
      expect.any(Number),
      expect.stringContaining('urn:sso:problem:'),
    ]);
    expect([400, 409, 422]).toContain(status);
  });
});
