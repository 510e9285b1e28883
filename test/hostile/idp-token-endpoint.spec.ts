import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asClient, CLIENT_SECRET, startTestIdp, type TestIdp } from '../../apps/idp/test/test-idp.js';
import { errorAt, postTo, publicClient } from '../../apps/idp/test/post-to.js';
import { freshDatabase } from '../support/databases.js';

let idp: TestIdp;
beforeAll(async () => {
  idp = await startTestIdp(await freshDatabase('idp'), {
    moreClients: () => [publicClient],
  });
});
afterAll(() => idp.close());

const post = (...[path, form, headers]: [string, Record<string, string> | string, Record<string, string>?]) =>
  postTo(idp, path, form, headers);

describe('the token endpoint', () => {
  it.each([
    ['no client', {}, {}],
    ['a wrong secret', {}, { authorization: `Basic ${btoa('gateway:wrong')}` }],
    ['an empty secret', {}, { authorization: `Basic ${btoa('gateway:')}` }],
    ['a client that nobody knows', {}, { authorization: `Basic ${btoa('nobody:x')}` }],
    ['a NUL in the client', {}, { authorization: `Basic ${btoa('gate%00way:x')}` }],
    ['Basic that is none', {}, { authorization: 'Basic ####' }],
    ['a public client in the place of a confidential one', { client_id: 'gateway' }, {}],
    [
      'two ways at once',
      { client_id: 'gateway', client_secret: CLIENT_SECRET },
      { authorization: `Basic ${btoa('gateway:x')}` },
    ],
    [
      'an assertion of nobody',
      { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: 'a.b.c' },
      {},
    ],
  ])('refuses %s with 401 or 400, and no hint which part was wrong', async (_what, form, headers) => {
    const answer = await post('/oauth/token', { grant_type: 'refresh_token', refresh_token: 'x', ...form }, headers);
    expect([400, 401]).toContain(answer.status);
    expect(answer.body.error).toMatch(/^invalid_(?:client|request)$/);
    expect(answer.text).not.toMatch(/secret mismatch|unknown client|not found/i);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['password', { username: 'ana', password: "ana's password" }],
    ['client_credentials', {}],
    ['implicit', {}],
    ['urn:ietf:params:oauth:grant-type:device_code', { device_code: 'x' }],
    ['urn:openid:params:grant-type:ciba', { auth_req_id: 'x' }],
    ['urn:ietf:params:oauth:grant-type:token-exchange', { subject_token: 'x' }],
    ['urn:ietf:params:oauth:grant-type:jwt-bearer', { assertion: 'x' }],
    ['constructor', {}],
    ['__proto__', {}],
  ])('offers no grant %s', async (grantType, form) => {
    expect(await errorAt(asClient(idp, 'gateway', '/oauth/token', { grant_type: grantType, ...form }))).toMatch(
      /^(?:unsupported_grant_type|unauthorized_client|invalid_request)$/,
    );
  });

  it.each([
    ['a parameter twice', 'grant_type=refresh_token&grant_type=authorization_code&refresh_token=x'],
    ['a parameter as a list', 'grant_type[]=refresh_token&refresh_token=x'],
    ['100 KB', `grant_type=refresh_token&refresh_token=${'a'.repeat(100_000)}`],
    [
      'a thousand parameters',
      `grant_type=refresh_token&${Array.from({ length: 5_000 }, (_, n) => `p${n}=1`).join('&')}`,
    ],
    ['a body that is not UTF-8', 'grant_type=%ff%fe&refresh_token=%00'],
    ['nothing', ''],
  ])('survives %s', async (_what, form) => {
    const answer = await post('/oauth/token', form, {
      authorization: `Basic ${btoa(`gateway:${encodeURIComponent(CLIENT_SECRET)}`)}`,
    });
    expect([400, 401, 413]).toContain(answer.status);
  });

  it('reads no JSON and answers no GET', async () => {
    const json = await post('/oauth/token', '{"grant_type":"refresh_token"}', { 'content-type': 'application/json' });
    expect(json.status).toBe(400);
    expect([404, 405]).toContain((await fetch(`${idp.issuer}/oauth/token?grant_type=refresh_token`)).status);
  });

  it('lets pages read it that belong to a public client, and no others', async () => {
    const form = { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'public' };
    const allowed = async (origin: string, clientId = 'public') =>
      (await post('/oauth/token', { ...form, client_id: clientId }, { origin })).headers.get(
        'access-control-allow-origin',
      );
    expect(await allowed('http://public.test')).toBe('http://public.test');
    for (const origin of [
      'http://evil.test',
      'null',
      'http://public.test.evil.test',
      'https://public.test',
      'http://other.test',
    ]) {
      expect(await allowed(origin)).toBeNull();
    }
    expect(await allowed('http://gateway.test', 'gateway')).toBeNull();
  });
});
