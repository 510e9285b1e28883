import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '../../../test/support/databases.js';
import { until } from '../../../test/support/until.js';
import { APP, appUrl, askTokens, browserApp, redeemAt, STRANGER } from '../test/browser-apps.js';
import { Browser } from '../test/browser.js';
import { operate, signIn, startTestIdp, type TestIdp, VERIFIER } from '../test/test-idp.js';

const REDIRECTS_ONLY = 'http://127.0.0.1:4300'; // of a public client, so its pages call the token endpoint
const PATHS = ['/oauth/token', '/userinfo', '/oauth/revoke', '/oauth/introspect'] as const;
let idp: TestIdp;
beforeAll(async () => {
  idp = await startTestIdp(await freshDatabase('idp'), {
    moreClients: () => [
      browserApp('spa'),
      browserApp('elsewhere', { redirect_uris: ['http://localhost:9/'], allowed_web_origins: [] }),
    ],
  });
});
afterAll(() => idp.close());

function preflight(path: string, origin: string, method = 'POST'): Promise<Response> {
  return fetch(new URL(path, idp.issuer), {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'Auth0-Client, Content-Type, X-Anything',
    },
  });
}

const corsOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

describe('a preflight', () => {
  it.each(
    PATHS.flatMap((path) => [APP, REDIRECTS_ONLY, 'http://framed.test'].map((origin) => [path, origin] as const)),
  )('lets pages of registered origins call %s with any header: %s', async (path, origin) => {
    const answer = await preflight(path, origin);
    expect(answer.status).toBe(204);
    expect(corsOf(answer)).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': expect.stringContaining('Auth0-Client'),
      'access-control-allow-methods': expect.stringContaining('POST'),
    });
    expect(answer.headers.get('vary')).toContain('Origin');
  });

  it.each(
    PATHS.flatMap((path) =>
      [STRANGER, 'null', 'http://gateway.test', `${APP}.evil.test`].map((o) => [path, o] as const),
    ),
  )('gives no leave to call %s to %s', async (path, origin) => {
    expect(corsOf(await preflight(path, origin))).toEqual({});
  });

  it('knows the pages of a client a few seconds after an operator has registered it', async () => {
    const origin = 'https://registered.test';
    const redirect_uris = [`${origin}/callback`];
    const client = { client_name: 'New', token_endpoint_auth_method: 'none', redirect_uris };
    expect(corsOf(await preflight('/oauth/token', origin))).toEqual({});
    expect((await operate(idp, 'POST', '/admin/clients', undefined, client)).status).toBe(201);
    const allowed = await until('the origin is known', async () => {
      const answer = corsOf(await preflight('/oauth/token', origin));
      return 'access-control-allow-origin' in answer ? answer : undefined;
    });
    expect(allowed).toHaveProperty('access-control-allow-origin', origin);
  });

  it.each(['/.well-known/openid-configuration', '/jwks'])('lets everybody read %s', async (path) => {
    expect(corsOf(await preflight(path, STRANGER, 'GET'))).toHaveProperty('access-control-allow-origin');
    const read = await fetch(new URL(path, idp.issuer), { headers: { origin: STRANGER } });
    expect(corsOf(read)).toHaveProperty('access-control-allow-origin');
    expect(corsOf(read)).not.toHaveProperty('access-control-allow-credentials');
  });
});

describe('a call from a page', () => {
  const code = async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ana');
    return browser.get(appUrl(idp, 'spa', { prompt: 'none' }));
  };

  it('can be read by the pages of the client that calls, errors too', async () => {
    const redirect = await code();
    const form = {
      grant_type: 'authorization_code',
      code: redirect.location?.searchParams.get('code') ?? '',
      redirect_uri: `${APP}/callback.html`,
      code_verifier: VERIFIER,
    };
    for (const status of [200, 400]) {
      const answer = await askTokens(idp, 'spa', form, { origin: APP, 'auth0-client': 'e30=' });
      expect(answer.status).toBe(status);
      expect(corsOf(answer)).toMatchObject({
        'access-control-allow-origin': APP,
        'access-control-allow-credentials': 'true',
      });
      expect(answer.headers.get('cache-control')).toContain('no-store');
    }
  });

  it.each([
    ['a stranger', STRANGER, 'spa'],
    ["another client's page", 'http://framed.test', 'spa'],
    ['a page of an unknown client', STRANGER, 'nobody'],
    ['a page of a client that has no pages there', APP, 'elsewhere'],
  ])('can not be read by %s', async (_what, origin, clientId) => {
    const answer = await askTokens(idp, clientId, { grant_type: 'refresh_token', refresh_token: 'x' }, { origin });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(corsOf(answer)).toEqual({});
  });

  it('reads userinfo', async () => {
    const { access_token: token } = await redeemAt(idp, 'spa', await code());
    const read = (origin: string) =>
      fetch(new URL('/userinfo', idp.issuer), { headers: { origin, authorization: `Bearer ${token}` } });
    const answer = await read(APP);
    expect(await answer.json()).toMatchObject({ sub: 'sub-ana', name: 'ana' });
    expect(corsOf(answer)).toHaveProperty('access-control-allow-origin', APP);
    const stolen = await read(STRANGER);
    expect(stolen.status).toBe(400);
    expect(corsOf(stolen)).toEqual({});
  });
});

describe('IDP-11: the authorization endpoint', () => {
  it.each(['/authorize', '/oidc/logout', '/oidc/iframe/check_session/status'])('%s has no CORS', async (path) => {
    const url = path === '/authorize' ? appUrl(idp, 'spa', { prompt: 'none' }) : new URL(path, idp.issuer);
    expect(corsOf(await fetch(url, { headers: { origin: APP }, redirect: 'manual' }))).toEqual({});
    expect(corsOf(await preflight(path, APP, 'GET'))).toEqual({});
  });
});
