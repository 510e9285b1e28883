import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '../../../test/support/databases.js';
import { answerOf, appUrl, browserApp, redeemAt, refresh, tokensFor } from '../test/browser-apps.js';
import { Browser } from '../test/browser.js';
import { ask, fill } from '../test/journey.js';
import {
  authorizeUrl,
  isActive,
  operate,
  redeem,
  signIn,
  startTestIdp,
  type TestIdp,
  type Tokens,
} from '../test/test-idp.js';

const API = {
  identifier: 'https://api.example.test/',
  name: 'API',
  scopes: ['read', 'write'],
  access_token_ttl_s: 120,
};
const OTHER_API = { identifier: 'https://other.example.test/', name: 'Other', scopes: ['read'] };
let idp: TestIdp;
let strict: TestIdp;
beforeAll(async () => {
  const moreClients = () => [browserApp('spa')];
  idp = await startTestIdp(await freshDatabase('idp'), {
    moreClients,
    env: { IDP_APIS: JSON.stringify([API, OTHER_API]) },
  });
  strict = await startTestIdp(await freshDatabase('idp'), { moreClients, env: { REFRESH_REUSE_GRACE_S: '0' } });
});
afterAll(async () => {
  await idp.close();
  await strict.close();
});

const invalid = { error: 'invalid_grant' };

async function endAll(): Promise<void> {
  await operate(idp, 'DELETE', '/admin/people/sub-ana/sessions');
}

describe('a refresh token that rotates', () => {
  it('IDP-17: gives a new one, with an ID token of the same person, session and sign-in', async () => {
    const first = await tokensFor(idp, new Browser(), 'spa');
    const second = await refresh(idp, 'spa', first.refresh_token);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    const [before, after] = [decodeJwt(first.id_token), decodeJwt(second.id_token)];
    for (const claim of ['iss', 'sub', 'aud', 'auth_time'] as const) expect(after[claim]).toEqual(before[claim]);
  });

  it('is believed a second time while the successor is unused: the answer was lost', async () => {
    const { refresh_token: token } = await tokensFor(idp, new Browser(), 'spa');
    await refresh(idp, 'spa', token); // never arrives
    const again = await refresh(idp, 'spa', token);
    expect(await refresh(idp, 'spa', again.refresh_token)).toHaveProperty('access_token');
  });

  it('ends the grant when it comes again after its successor was used', async () => {
    const { refresh_token: token } = await tokensFor(idp, new Browser(), 'spa');
    const second = await refresh(idp, 'spa', token);
    const third = await refresh(idp, 'spa', second.refresh_token);
    expect(await refresh(idp, 'spa', token)).toMatchObject(invalid);
    expect(await refresh(idp, 'spa', third.refresh_token)).toMatchObject(invalid);
  });

  it('ends the grant when the lost answer is used after all: two have it', async () => {
    const { refresh_token: token } = await tokensFor(idp, new Browser(), 'spa');
    const lost = await refresh(idp, 'spa', token);
    const again = await refresh(idp, 'spa', token);
    const third = await refresh(idp, 'spa', again.refresh_token);
    expect(await refresh(idp, 'spa', lost.refresh_token)).toMatchObject(invalid);
    expect(await refresh(idp, 'spa', third.refresh_token)).toMatchObject(invalid);
  });

  it('has one true successor, however many ask at the same instant', async () => {
    const { refresh_token: token } = await tokensFor(idp, new Browser(), 'spa');
    const twins = await Promise.all(Array.from({ length: 5 }, () => refresh(idp, 'spa', token)));
    const children = await Promise.all(twins.map((twin) => refresh(idp, 'spa', twin.refresh_token)));
    const [one, ...more] = children.filter((child) => child.refresh_token !== undefined);
    expect(more).toEqual([]);
    expect(await refresh(idp, 'spa', one?.refresh_token)).toMatchObject(invalid); // the others ended the grant
  });

  it('is never believed twice without a grace', async () => {
    const { refresh_token: token } = await tokensFor(strict, new Browser(), 'spa');
    const second = await refresh(strict, 'spa', token);
    expect(await refresh(strict, 'spa', token)).toMatchObject(invalid);
    expect(await refresh(strict, 'spa', second.refresh_token)).toMatchObject(invalid);
  });

  it('is inactive for introspection as soon as it has been used', async () => {
    const { refresh_token: token } = await redeem(idp, await signIn(idp, new Browser(), 'ana', 'other'), 'other');
    const second = await refresh(idp, 'other', token, false);
    expect(second.refresh_token).not.toBe(token);
    expect(await isActive(idp, token, 'other')).toBe(false);
    expect(await isActive(idp, second.refresh_token, 'other')).toBe(true);
  });

  it('ends with its session', async () => {
    const { refresh_token: token } = await tokensFor(idp, new Browser(), 'spa');
    await endAll();
    expect(await refresh(idp, 'spa', token)).toMatchObject(invalid);
  });
});

describe('offline access', () => {
  const offline = { scope: 'openid offline_access', prompt: 'consent' };

  async function allowed(): Promise<Tokens> {
    const browser = new Browser();
    await signIn(idp, browser, 'ana', 'other');
    const page = await ask(idp, browser, 'other', offline);
    return redeem(idp, await fill(idp, browser, page, { decision: 'allow' }), 'other');
  }

  it('outlives the session once the person has allowed it', async () => {
    const { refresh_token: token } = await allowed();
    await endAll();
    const next = await refresh(idp, 'other', token, false);
    expect(next).toMatchObject({ access_token: expect.any(String), refresh_token: expect.any(String) });
    expect(await isActive(idp, next.refresh_token, 'other')).toBe(true);
  });

  it('is not given to a request that does not ask the person', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ana', 'other');
    const silent = await browser.get(authorizeUrl(idp, 'other', { ...offline, prompt: 'none' }));
    const { refresh_token: token } = await redeem(idp, silent, 'other');
    await endAll();
    expect(await refresh(idp, 'other', token, false)).toMatchObject(invalid);
  });
});

describe('an access token for an API', () => {
  const audience = { audience: API.identifier, scope: 'openid read write nonsense' };

  async function verified({ access_token: token }: Tokens) {
    const jwks = createLocalJWKSet((await (await fetch(`${idp.issuer}/jwks`)).json()) as JSONWebKeySet);
    return jwtVerify(token, jwks, { issuer: idp.issuer, audience: API.identifier, typ: 'at+jwt' });
  }

  it.each([
    ['audience', audience],
    ['resource', { resource: API.identifier, scope: 'openid read write' }],
  ])('is a JWT (RFC 9068) when asked for by %s, and stays one through a refresh', async (_name, extra) => {
    const first = await tokensFor(idp, new Browser(), 'spa', extra);
    for (const tokens of [first, await refresh(idp, 'spa', first.refresh_token)]) {
      const { payload } = await verified(tokens);
      expect(payload).toMatchObject({ sub: 'sub-ana', client_id: 'spa', scope: 'read write', jti: expect.any(String) });
      expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(API.access_token_ttl_s);
      expect(payload.sid).toBe(decodeJwt(tokens.id_token).sid);
      expect(decodeJwt(tokens.id_token)).toMatchObject({ aud: 'spa', sub: 'sub-ana' });
    }
  });

  it('comes from the implicit flow as well', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ana');
    const asked = { prompt: 'none', response_type: 'id_token token', ...audience };
    const answer = answerOf(await browser.get(appUrl(idp, 'spa', asked)));
    expect((await verified(answer as unknown as Tokens)).payload).toMatchObject({ scope: 'read write' });
  });

  it('is not what a client gets that asks for nothing, or for an audience that nobody knows', async () => {
    for (const extra of [{}, { audience: 'https://nobody.example.test/' }]) {
      const { access_token: token } = await tokensFor(idp, new Browser(), 'spa', extra);
      expect(() => decodeProtectedHeader(token)).toThrow();
      const read = await fetch(`${idp.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
      expect(await read.json()).toMatchObject({ sub: 'sub-ana' });
    }
  });

  it.each(['https://nobody.example.test/', 'not a uri', `${API.identifier}#a`])(
    'is refused for the resource %s',
    async (resource) => {
      const browser = new Browser();
      await signIn(idp, browser, 'ana');
      const answer = answerOf(await browser.get(appUrl(idp, 'spa', { prompt: 'none', resource })));
      expect(answer).toMatchObject({ error: 'invalid_target', state: 'a-state', iss: idp.issuer });
    },
  );

  it('opens nothing at userinfo', async () => {
    const { access_token: token } = await tokensFor(idp, new Browser(), 'spa', audience);
    const read = await fetch(`${idp.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } });
    expect(read.status).toBe(401);
  });
});

describe('a code', () => {
  it('T114: used twice ends what it gave', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ana');
    const answer = await browser.get(appUrl(idp, 'spa', { prompt: 'none' }));
    const { refresh_token: token } = await redeemAt(idp, 'spa', answer);
    expect(await redeemAt(idp, 'spa', answer)).toMatchObject(invalid);
    expect(await refresh(idp, 'spa', token)).toMatchObject(invalid);
  });

  it.each([
    ['another redirect URI', { redirect_uri: 'http://127.0.0.1:4300/callback.html' }],
    ['another verifier', { code_verifier: 'x'.repeat(43) }],
    ['no verifier', { code_verifier: '' }],
  ])('T115: is worth nothing with %s', async (_what, changes) => {
    const browser = new Browser();
    await signIn(idp, browser, 'ana');
    const answer = await browser.get(appUrl(idp, 'spa', { prompt: 'none' }));
    expect(await redeemAt(idp, 'spa', answer, changes)).toMatchObject(invalid);
  });

  it('T115: is worth nothing to another client', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ana');
    const answer = await browser.get(appUrl(idp, 'spa', { prompt: 'none' }));
    expect(await redeem(idp, answer, 'other')).toMatchObject(invalid);
  });
});
