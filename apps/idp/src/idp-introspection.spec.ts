import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectionsLeft, freshDatabase } from '../../../test/support/databases.js';
import { Browser } from '../test/browser.js';
import { asRegistered, order, registerClient, type RegisteredClient } from '../test/operator.js';
import { asClient, isActive, redeem, signIn, startTestIdp, type TestIdp, type Tokens } from '../test/test-idp.js';

let idp: TestIdp;
let databaseUrl: string;
let tokens: Tokens;
beforeAll(async () => {
  databaseUrl = await freshDatabase('idp');
  idp = await startTestIdp(databaseUrl);
  tokens = await redeem(idp, await signIn(idp, new Browser(), 'ana'));
});
afterAll(async () => {
  await idp.close();
  expect(await connectionsLeft(databaseUrl)).toBe(0);
});

const resourceServer = (members: object = {}) => ({
  redirect_uris: [],
  response_types: [],
  grant_types: [],
  introspection: 'all',
  ...members,
});
const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(new URL(path, idp.issuer), { method: 'POST', headers, body: new URLSearchParams(form) });
const bothTokens = () => [tokens.access_token, tokens.refresh_token ?? ''];
const basic = (id: string, secret: string) => ({ authorization: `Basic ${btoa(`${id}:${secret}`)}` });

describe('introspection (RFC 7662)', () => {
  it.each<[string, () => Promise<Response>, readonly number[]]>([
    ['no client', () => post('/oauth/introspect', { token: tokens.access_token }), [400, 401]],
    [
      'a client that proves nothing',
      () => post('/oauth/introspect', { token: tokens.access_token, client_id: 'gateway' }),
      [401],
    ],
    [
      'a wrong secret',
      () => post('/oauth/introspect', { token: tokens.access_token }, basic('gateway', 'wrong')),
      [401],
    ],
    [
      'a client that there is not',
      () => post('/oauth/introspect', { token: tokens.access_token }, basic('nobody', 'x')),
      [401],
    ],
    ['GET', () => fetch(new URL(`/oauth/introspect?token=${tokens.access_token}`, idp.issuer)), [404, 405]],
    ['no token', () => asClient(idp, 'gateway', '/oauth/introspect', {}), [400]],
  ])('tells nothing to %s', async (_who, ask, statuses) => {
    const answer = await ask();
    expect(statuses).toContain(answer.status);
    expect(await answer.text()).not.toContain('sub-ana');
  });

  it('says active to the client of the token, and nothing but false to others and of garbage', async () => {
    for (const token of bothTokens()) {
      const own = (await (await asClient(idp, 'gateway', '/oauth/introspect', { token })).json()) as object;
      expect(own).toMatchObject({ active: true, client_id: 'gateway', sub: 'sub-ana', iss: idp.issuer });
      const foreign = await asClient(idp, 'other', '/oauth/introspect', { token });
      expect([foreign.status, await foreign.json()]).toEqual([200, { active: false }]);
    }
    for (const token of ['garbage', tokens.id_token, 'a'.repeat(5_000)]) {
      const answer = await asClient(idp, 'gateway', '/oauth/introspect', { token });
      expect([200, 400]).toContain(answer.status);
      expect(await answer.text()).not.toContain('"active":true');
    }
  });

  it('says active of every token to a client that an operator allowed that, as long as it is allowed', async () => {
    const server = await registerClient(idp, 'resource-server', resourceServer());
    const sees = async (client: RegisteredClient) =>
      (await asRegistered(idp, client, '/oauth/introspect', { token: tokens.access_token })).json();
    expect(await sees(server)).toMatchObject({ active: true, client_id: 'gateway', sub: 'sub-ana' });
    await order(idp, 'PATCH', '/admin/clients/resource-server', { introspection: 'own' });
    expect(await sees(server)).toEqual({ active: false });
  });
});

describe('revocation (RFC 7009)', () => {
  it('takes no token of another client, not even from one that may introspect all', async () => {
    const server = await registerClient(idp, 'curious', resourceServer());
    for (const token of bothTokens()) {
      expect((await asClient(idp, 'other', '/oauth/revoke', { token })).status).toBeLessThan(500);
      expect((await asRegistered(idp, server, '/oauth/revoke', { token })).status).toBeLessThan(500);
      expect(await isActive(idp, token)).toBe(true);
    }
  });

  it('answers 200 for a token that it does not know, and refuses whoever proves nothing', async () => {
    expect((await asClient(idp, 'gateway', '/oauth/revoke', { token: 'unknown' })).status).toBe(200);
    const refused = [
      await post('/oauth/revoke', { token: tokens.access_token }),
      await post('/oauth/revoke', { token: tokens.access_token }, basic('gateway', 'wrong')),
      await fetch(new URL(`/oauth/revoke?token=${tokens.access_token}`, idp.issuer)),
    ];
    for (const { status } of refused) expect([400, 401, 404, 405]).toContain(status);
    expect(await isActive(idp, tokens.access_token)).toBe(true);
  });

  it("ends a refresh token with the access tokens that it gave, and nobody else's", async () => {
    const mine = await redeem(idp, await signIn(idp, new Browser(), 'ben'));
    expect((await asClient(idp, 'gateway', '/oauth/revoke', { token: mine.refresh_token ?? '' })).status).toBe(200);
    expect(await isActive(idp, mine.refresh_token)).toBe(false);
    expect(await isActive(idp, mine.access_token)).toBe(false);
    expect(await isActive(idp, tokens.refresh_token)).toBe(true);
  });
});
