import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt, exportJWK, generateKeyPair } from 'jose';
import { adminApiTemplates } from '#session';
import { TestClock } from '../../../test/support/clock.js';
import { ScriptedIdp } from '../../../test/support/scripted-idp.js';
import { AdminApi, type AdminApiOptions } from './admin-api.js';
import type { AdminAccess } from './admin-token.js';

const ANA = { sub: 'ana', idpSid: 's1' };
const PATH = '/api/v1/sessions/s1';
const LOOKER: AdminAccess = {
  ...{ kind: 'client', clientId: 'looker', authentication: { method: 'client_secret_post', secret: 'a-secret' } },
  ...{ tokenEndpoint: undefined, audience: 'https://api.example', scope: 'sessions:read' },
};

let idp: ScriptedIdp;
let elsewhere: ScriptedIdp;
let clock: TestClock;
let given = 0;
beforeAll(async () => {
  [idp, elsewhere] = await Promise.all([ScriptedIdp.start(), ScriptedIdp.start()]);
});
afterAll(() => Promise.all([idp.stop(), elsewhere.stop()]));
beforeEach(() => {
  idp.received.length = 0;
  idp.paths.clear();
  idp.paths.set(PATH, () => ({ status: 200, body: { id: 's1', userId: 'ana' } }));
  given = 0;
  idp.token = () => ({
    status: 200,
    body: { access_token: `token-${(given += 1)}`, token_type: 'Bearer', expires_in: 300 },
  });
  clock = new TestClock();
});

const apiWith = (changes: Partial<AdminApiOptions> = {}) =>
  new AdminApi(
    {
      ...{ issuer: idp.issuer, internalOrigin: undefined, unsafePlainHttp: false, timeoutMs: 300 },
      ...{ base: idp.issuer, headers: {}, template: adminApiTemplates.okta, access: LOOKER, ...changes },
    },
    () => Promise.resolve(`${idp.issuer}/token`),
    clock,
  );
const ask = (api: AdminApi, about = ANA) => api.ask(about, new AbortController().signal);
const requestsOf = (path: string) => idp.received.filter((request) => request.path === path);

describe('an IdP’s API of sessions', () => {
  it('is asked with a token of the client credentials grant, which is kept', async () => {
    const api = apiWith();
    await Promise.all([ask(api), ask(api), ask(api)]);
    expect(await ask(api)).toMatchObject({
      kind: 'asked',
      answer: { status: 200, body: { id: 's1' } },
      tokenNumber: 1,
    });
    const [asked, ...more] = requestsOf('/token');
    expect(more).toEqual([]);
    expect(Object.fromEntries(asked!.form)).toEqual({
      grant_type: 'client_credentials',
      audience: 'https://api.example',
      scope: 'sessions:read',
      client_id: 'looker',
      client_secret: 'a-secret',
    });
    expect(requestsOf(PATH).map(({ authorization }) => authorization)).toEqual(Array(4).fill('Bearer token-1'));
  });

  it('gets another token half a minute before the end of the present one', async () => {
    const api = apiWith();
    await ask(api);
    clock.advance(269_000);
    expect(await ask(api)).toMatchObject({ tokenNumber: 1 });
    clock.advance(1_000);
    expect(await ask(api)).toMatchObject({ tokenNumber: 2 });
  });

  it('gets another token once when it is refused, and no third', async () => {
    const api = apiWith();
    await ask(api);
    idp.paths.set(PATH, () => ({ status: 401, body: {} }));
    expect(await ask(api)).toMatchObject({ answer: { status: 401 }, tokenNumber: 2 });
    expect(requestsOf(PATH)).toHaveLength(3);
    expect(requestsOf('/token')).toHaveLength(2);
  });

  it.each([
    ['refuses the client', { status: 401, body: { error: 'invalid_client' } }],
    ['gives a page', { status: 200, body: '<h1>Sign in</h1>' }],
    ['gives a token that is no header', { status: 200, body: { access_token: 'a\nb', token_type: 'Bearer' } }],
    ['gives a token of another kind', { status: 200, body: { access_token: 'a', token_type: 'DPoP' } }],
  ])('is not asked while the token endpoint %s, and is asked again after', async (_name, answer) => {
    const api = apiWith();
    const works = idp.token;
    idp.token = () => answer;
    expect(await ask(api)).toMatchObject({ kind: 'no_access', answer: { status: answer.status } });
    expect(requestsOf(PATH)).toEqual([]);
    idp.token = works;
    expect(await ask(api)).toMatchObject({ kind: 'asked' });
  });

  it('says that nobody is there when discovery fails, or the token endpoint hangs', async () => {
    idp.token = () => 'hang';
    expect(await ask(apiWith())).toMatchObject({ kind: 'no_access', answer: { kind: 'unreachable' } });
    const lost = new AdminApi(
      {
        ...{ issuer: idp.issuer, internalOrigin: undefined, unsafePlainHttp: false, base: idp.issuer, headers: {} },
        ...{ template: adminApiTemplates.okta, access: LOOKER },
      },
      () => Promise.reject(new Error('down')),
      clock,
    );
    expect(await ask(lost)).toMatchObject({ kind: 'no_access', answer: { kind: 'unreachable', reason: 'discovery' } });
  });

  it('is asked with a token that stays, by the scheme that it wants, and with its headers', async () => {
    const access: AdminAccess = { kind: 'token', scheme: 'SSWS', token: 'stays' };
    const api = apiWith({ access, headers: { 'X-XSRF-Header': 'PingFederate' } });
    idp.paths.set(PATH, () => ({ status: 401, body: {} }));
    expect(await ask(api)).toMatchObject({ answer: { status: 401 } });
    expect(requestsOf('/token')).toEqual([]);
    const [request, ...more] = requestsOf(PATH);
    expect(more).toEqual([]);
    expect(request?.headers).toMatchObject({ authorization: 'SSWS stays', 'x-xsrf-header': 'PingFederate' });
  });

  it('names the token endpoint as audience of a client assertion, where the configuration names it', async () => {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const key = { ...(await exportJWK(privateKey)), kid: 'k', alg: 'RS256' };
    const tokenEndpoint = `${idp.issuer}/token`;
    const authentication = { method: 'private_key_jwt', key } as const;
    await ask(apiWith({ access: { ...LOOKER, authentication, tokenEndpoint } }));
    await ask(apiWith({ access: { ...LOOKER, authentication } }));
    const audiences = requestsOf('/token').map(({ form }) => decodeJwt(form.get('client_assertion') ?? '').aud);
    expect(audiences).toEqual([tokenEndpoint, idp.issuer]);
  });

  it('never follows a redirect with its token, and sends none in clear text', async () => {
    idp.paths.set(PATH, () => ({ status: 302, body: {}, headers: { location: `${elsewhere.issuer}/x` } }));
    expect(await ask(apiWith())).toMatchObject({ answer: { status: 302 } });
    expect(elsewhere.received).toEqual([]);
    expect(await ask(apiWith({ base: 'http://idp.example' }))).toMatchObject({
      kind: 'no_access',
      answer: { reason: 'insecure' },
    });
  });

  it.each([
    ['<https://x/?after=1>; rel="next"', true],
    ['<https://x/?a=1>; rel="self", <https://x/?after=1>; rel=next', true],
    ['<https://x/?a=1>; rel="self"', false],
    ['<https://x/?a=1>; rel="nextish"', false],
    ['<https://x/?a=1>; rel="last next"', true],
  ])('sees whether another page follows: %s', async (link, hasMore) => {
    idp.paths.set(PATH, () => ({ status: 200, body: [], headers: { link } }));
    expect(await ask(apiWith())).toMatchObject({ hasMore });
  });

  it('is not asked about what has no id, or one that would lead elsewhere', async () => {
    const api = apiWith();
    for (const idpSid of ['', '..', '.', '\udc00']) expect(await ask(api, { sub: 'ana', idpSid })).toBeUndefined();
    expect(idp.received).toEqual([]);
    await ask(api, { sub: 'ana', idpSid: 'a/../b' });
    expect(idp.received.at(-1)?.path).toBe('/api/v1/sessions/a%2F..%2Fb');
  });
});
