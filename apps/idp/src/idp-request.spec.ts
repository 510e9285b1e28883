import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '../../../test/support/databases.js';
import { answerOf, APP, appUrl, browserApp, redeemAt } from '../test/browser-apps.js';
import { Browser } from '../test/browser.js';
import { signIn, startTestIdp, type TestIdp } from '../test/test-idp.js';

let idp: TestIdp;
let signedIn: Browser;
beforeAll(async () => {
  idp = await startTestIdp(await freshDatabase('idp'), {
    moreClients: () => [browserApp('spa'), browserApp('code-only', { response_types: ['code'] })],
  });
  signedIn = new Browser();
  await signIn(idp, signedIn, 'ana');
});
afterAll(() => idp.close());

const silent = { prompt: 'none' };
const complete = () => ({
  state: 'a-state',
  iss: idp.issuer,
  session_state: expect.stringMatching(/^[0-9a-f]{64}\.[\w-]+$/),
});

describe('T109: a redirect URI', () => {
  it.each([
    'http://evil.test/callback.html',
    `${APP}/callback.html/more`,
    `${APP}/x/../callback.html`,
    `${APP}/callback.html?a=b`,
    `${APP}/callback.html#fragment`,
    `${APP}/callback.html/`,
    `${APP}/CALLBACK.html`,
    'http://localhost:4301/callback.html',
    'http://localhost/callback.html',
    'https://localhost:4300/callback.html',
    'http://localhost:4300@evil.test/callback.html',
    'http://localhost:4300.evil.test/callback.html',
    '//evil.test/callback.html',
    'javascript:alert(1)',
    'data:text/html,x',
    '',
  ])('that is not exactly a registered one gets a page and no redirect: %s', async (uri) => {
    for (const response_mode of ['query', 'fragment', 'form_post', 'web_message']) {
      const answer = await signedIn.get(appUrl(idp, 'spa', { ...silent, redirect_uri: uri, response_mode }));
      expect(answer).toMatchObject({ status: 400, location: undefined });
      expect(answer.text).not.toMatch(/<script|<form/);
      expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    }
  });

  it('of an unknown client gets a page as well', async () => {
    const answer = await signedIn.get(appUrl(idp, 'spa', { ...silent, client_id: 'nobody' }));
    expect(answer).toMatchObject({ status: 400, location: undefined });
  });
});

describe('an authorization request', () => {
  it('is answered with state, issuer and session state, whatever the mode', async () => {
    for (const response_mode of ['query', 'fragment']) {
      const answer = await signedIn.get(appUrl(idp, 'spa', { ...silent, response_mode }));
      expect(answer.location?.href).toContain(response_mode === 'query' ? '?code=' : '#code=');
      expect(answerOf(answer)).toEqual({ ...complete(), code: expect.any(String) });
      const refused = await new Browser().get(appUrl(idp, 'spa', { ...silent, response_mode }));
      expect(answerOf(refused)).toMatchObject({ ...complete(), error: 'login_required' });
    }
  });

  it('needs no nonce for a code, and parameters that nobody knows change nothing', async () => {
    const extra = { ...silent, nonce: '', auth0Client: 'e30=', audience: 'https://unknown.test/', connection: 'x' };
    const answer = await signedIn.get(appUrl(idp, 'spa', extra));
    expect(decodeJwt((await redeemAt(idp, 'spa', answer)).id_token)).not.toHaveProperty('nonce');
  });

  it.each([
    ['T113: an unknown response mode', { response_mode: 'pigeon' }, 'unsupported_response_mode'],
    ['a response type that is not offered', { response_type: 'code token' }, 'unsupported_response_type'],
    ['none beside another prompt', { prompt: 'none consent' }, 'invalid_request'],
    ['an unknown prompt', { prompt: 'dance' }, 'invalid_request'],
    ['a max_age that is no number', { max_age: 'abc' }, 'invalid_request'],
    ['a negative max_age', { max_age: '-1' }, 'invalid_request'],
    ['the plain PKCE method', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a request object', { request: 'a.b.c' }, 'request_not_supported'],
    ['a request URI', { request_uri: 'http://evil.test/' }, 'request_uri_not_supported'],
  ])('goes back as an error with state and issuer: %s', async (_what, extra, error) => {
    const answer = await signedIn.get(appUrl(idp, 'spa', { ...silent, ...extra }));
    expect(answer.location?.href.startsWith(`${APP}/callback.html`)).toBe(true);
    expect(answerOf(answer)).toMatchObject({ ...complete(), error });
  });

  it.each(['prompt', 'nonce', 'scope', 'code_challenge'])(
    'goes back as an error when %s stands twice',
    async (name) => {
      const url = appUrl(idp, 'spa', silent);
      url.searchParams.append(name, 'again');
      const answer = answerOf(await signedIn.get(url));
      expect(answer).toMatchObject({ error: 'invalid_request', state: 'a-state', iss: idp.issuer });
      expect(answer).not.toHaveProperty('code');
    },
  );

  it.each(['client_id', 'redirect_uri'])('gets a page when %s stands twice', async (name) => {
    const url = appUrl(idp, 'spa', silent);
    url.searchParams.append(name, 'http://evil.test/');
    expect(await signedIn.get(url)).toMatchObject({ status: 400, location: undefined });
  });

  it('can be posted as a form, twice stays twice, and nothing else can', async () => {
    const url = appUrl(idp, 'spa', silent);
    const post = (body: string | URLSearchParams, headers: Record<string, string> = {}) =>
      fetch(new URL('/authorize', idp.issuer), { method: 'POST', body, headers, redirect: 'manual' });
    const form = new URLSearchParams(url.searchParams);
    const redirect = await post(form);
    expect(redirect.status).toBe(303);
    expect(answerOf(await signedIn.get(new URL(redirect.headers.get('location')!, idp.issuer)))).toHaveProperty('code');
    form.append('prompt', 'login');
    const twice = await post(form);
    expect(new URL(twice.headers.get('location')!, idp.issuer).searchParams.getAll('prompt')).toEqual([
      'none',
      'login',
    ]);
    const json = await post(JSON.stringify(Object.fromEntries(form)), { 'content-type': 'application/json' });
    expect(json.status).toBe(400);
    expect(
      (await post(`state=${'('.repeat(9_000)}`, { 'content-type': 'application/x-www-form-urlencoded' })).status,
    ).toBe(413);
  });
});

describe('the implicit flow', () => {
  const tokens = { ...silent, response_type: 'id_token token' };

  it('gives tokens in the fragment, with issuer and a hash of the access token', async () => {
    const answer = answerOf(await signedIn.get(appUrl(idp, 'spa', tokens)));
    expect(answer).toMatchObject({ ...complete(), access_token: expect.any(String), token_type: 'Bearer' });
    expect(decodeJwt(answer.id_token ?? '')).toMatchObject({
      nonce: 'a-nonce',
      at_hash: expect.any(String),
      sub: 'sub-ana',
    });
    const alone = answerOf(await signedIn.get(appUrl(idp, 'spa', { ...silent, response_type: 'id_token' })));
    expect(alone).toMatchObject({ ...complete(), id_token: expect.any(String) });
    expect(alone).not.toHaveProperty('access_token');
  });

  it('says errors in the fragment too', async () => {
    const { location } = await new Browser().get(appUrl(idp, 'spa', tokens));
    expect(Object.fromEntries(new URLSearchParams(location?.hash.slice(1)))).toMatchObject({
      ...complete(),
      error: 'login_required',
    });
  });

  it.each([
    ['without a nonce', 'spa', { nonce: '' }],
    ['in the query', 'spa', { response_mode: 'query' }],
    ['by a client that does not list it', 'code-only', {}],
  ])('is refused %s', async (_what, clientId, extra) => {
    const answer = answerOf(await signedIn.get(appUrl(idp, clientId, { ...tokens, ...extra })));
    expect(answer).toMatchObject({ error: 'invalid_request', state: 'a-state', iss: idp.issuer });
    expect(answer).not.toHaveProperty('access_token');
  });
});

it('discovery says what is offered', async () => {
  const metadata: unknown = await (await fetch(`${idp.issuer}/.well-known/openid-configuration`)).json();
  expect(metadata).toMatchObject({
    check_session_iframe: `${idp.issuer}/oidc/iframe/check_session`,
    end_session_endpoint: `${idp.issuer}/oidc/logout`,
    revocation_endpoint: `${idp.issuer}/oauth/revoke`,
    response_types_supported: expect.arrayContaining(['code', 'id_token', 'id_token token']),
    response_modes_supported: expect.arrayContaining(['query', 'fragment', 'form_post', 'web_message']),
    prompt_values_supported: expect.arrayContaining(['none', 'login', 'select_account', 'consent']),
    acr_values_supported: [expect.any(String)],
    claims_supported: expect.arrayContaining(['sub', 'sid', 'auth_time', 'name', 'email']),
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  });
});
