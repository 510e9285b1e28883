import { randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectionsLeft, freshDatabase } from '../../../test/support/databases.js';
import { IdpPrisma } from './adapter/idp-prisma.service.js';
import { Browser } from '../test/browser.js';
import { asRegistered, everyPage, listed, order, redeemAs, registerClient } from '../test/operator.js';
import { authorizeUrl, signIn, startTestIdp, type TestIdp } from '../test/test-idp.js';

let idp: TestIdp;
let replica: TestIdp;
let databaseUrl: string;
let backchannel: string;
beforeAll(async () => {
  databaseUrl = await freshDatabase('idp');
  const env = { IDP_SECRET_KEYS: `test:${randomBytes(32).toString('base64')}` };
  const moreClients = (origin: string) => {
    backchannel = origin;
    return [];
  };
  idp = await startTestIdp(databaseUrl, { env, moreClients });
  replica = await startTestIdp(databaseUrl, { env });
});
afterAll(async () => {
  await Promise.all([idp.close(), replica.close()]);
  expect(await connectionsLeft(databaseUrl)).toBe(0);
});

async function tokenStatus(id: string, secret: string, of = idp): Promise<number> {
  const form = { grant_type: 'authorization_code', code: 'unknown', redirect_uri: `http://${id}.test/callback` };
  return (await asRegistered(of, { id, secret }, '/oauth/token', form)).status; // 400: the code; 401: the client
}

describe('a registered client', () => {
  it('signs people in at once, in every replica', async () => {
    const client = await registerClient(idp, 'fresh');
    for (const one of [idp, replica]) {
      const tokens = await redeemAs(one, client, await signIn(one, new Browser(), 'ana', 'fresh'));
      expect(decodeJwt(tokens.id_token)).toMatchObject({ aud: 'fresh', sub: 'sub-ana' });
    }
  });

  it('gets its secret once; the database has a hash, which is no secret', async () => {
    const answer = await order(idp, 'POST', '/admin/clients', { redirect_uris: ['http://made.test/callback'] });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('location')).toBe(`/admin/clients/${String(answer.body.client_id)}`);
    const { client_id: id, client_secret: secret } = answer.body as Record<string, string>;
    expect(secret).toMatch(/^[\w-]{43}$/);
    const shown = JSON.stringify([
      (await order(idp, 'GET', `/admin/clients/${id}`)).body,
      await listed(idp, '/admin/clients'),
      await listed(idp, '/admin/audit'),
    ]);
    expect(shown).not.toContain('client_secret"');
    expect(shown).not.toContain(secret);
    const prisma = new IdpPrisma(databaseUrl);
    const { metadata } = await prisma.client.findUniqueOrThrow({ where: { id: id ?? '' } });
    await prisma.onApplicationShutdown();
    const { client_secret: stored } = metadata as Record<string, string>;
    expect(stored).toMatch(/^sha256:[\w-]{43}$/);
    expect(await tokenStatus(id!, secret!)).toBe(400);
    for (const wrong of ['wrong', stored!, stored!.slice('sha256:'.length)]) {
      expect(await tokenStatus(id!, wrong)).toBe(401);
    }
  });

  it('never gets an old secret back from a change at the same instant, and loses no change', async () => {
    const { id, secret } = await registerClient(idp, 'contested');
    const change = (n: number) =>
      order(n % 2 ? idp : replica, 'PATCH', `/admin/clients/${id}`, { client_name: `n${n}` });
    const renew = () => order(idp, 'POST', `/admin/clients/${id}/secret`);
    const [, renewed] = await Promise.all([change(1), renew(), change(2)]);
    expect(renewed.status).toBe(201);
    expect(await tokenStatus(id, secret)).toBe(401);
    expect(await tokenStatus(id, String(renewed.body.client_secret))).toBe(400);
    expect((await order(idp, 'GET', `/admin/clients/${id}`)).body.client_name).toMatch(/^n[12]$/);
  });

  it('is given another secret, and the old one proves nothing from then on', async () => {
    const { id, secret } = await registerClient(idp, 'renewed');
    const { body } = await order(idp, 'POST', `/admin/clients/${id}/secret`);
    expect(await tokenStatus(id, secret)).toBe(401);
    expect(await tokenStatus(id, String(body.client_secret))).toBe(400);
    expect(await tokenStatus(id, String(body.client_secret), replica)).toBe(400);
  });

  it('is changed member by member, and null takes a member away', async () => {
    const { id, secret } = await registerClient(idp, 'changed', { client_name: 'Before', tos_uri: 'http://tos.test/' });
    const changed = await order(idp, 'PATCH', `/admin/clients/${id}`, { client_name: 'After', tos_uri: null });
    expect(changed).toMatchObject({ status: 200, body: { client_name: 'After', first_party: true } });
    expect(changed.body).not.toHaveProperty('tos_uri');
    expect(changed.body).not.toHaveProperty('client_secret');
    expect(await tokenStatus(id, secret)).toBe(400);
    const open = await order(idp, 'PATCH', `/admin/clients/${id}`, { token_endpoint_auth_method: 'none' });
    expect(open.body).not.toHaveProperty('client_secret');
    expect(await order(idp, 'POST', `/admin/clients/${id}/secret`)).toMatchObject({ status: 409 });
    const closed = await order(idp, 'PATCH', `/admin/clients/${id}`, { token_endpoint_auth_method: null });
    expect(await tokenStatus(id, String(closed.body.client_secret))).toBe(400);
    expect(await tokenStatus(id, secret)).toBe(401);
  });

  it('is told before it goes, and everything that it held is gone', async () => {
    const client = await registerClient(idp, 'leaving', {
      backchannel_logout_uri: `${backchannel}/leaving`,
      backchannel_logout_session_required: true,
    });
    const browser = new Browser();
    const tokens = await redeemAs(idp, client, await signIn(idp, browser, 'ben', 'leaving'));
    const { sid } = decodeJwt(tokens.id_token);
    expect(await order(idp, 'DELETE', '/admin/clients/leaving')).toMatchObject({
      status: 200,
      body: { removed: true, sessions: [{ clientId: 'leaving', told: true }] },
    });
    const told = idp.logoutTokens.filter((one) => one.startsWith('leaving:')).map((one) => decodeJwt(one.slice(8)));
    expect(told).toMatchObject([{ sub: 'sub-ben', sid, aud: 'leaving' }]);
    expect((await order(idp, 'GET', '/admin/clients/leaving')).status).toBe(404);
    const page = await browser.get(authorizeUrl(replica, 'leaving'));
    expect([page.status, page.location]).toEqual([400, undefined]);
    const again = await registerClient(idp, 'leaving');
    const introspected = await asRegistered(idp, again, '/oauth/introspect', { token: tokens.refresh_token ?? '' });
    expect(await introspected.json()).toEqual({ active: false });
  });

  it('leaves the session that it was a part of alive', async () => {
    await registerClient(idp, 'brief');
    const browser = new Browser();
    await signIn(idp, browser, 'ana', 'brief');
    await order(idp, 'DELETE', '/admin/clients/brief');
    const silent = await browser.get(authorizeUrl(idp, 'gateway', { prompt: 'none' }));
    expect(silent.location?.searchParams.get('code')).toEqual(expect.any(String));
  });
});

describe('a registration', () => {
  it.each<[string, object, readonly string[]]>([
    [
      'has several faults',
      { client_id: 'a b', redirect_uris: ['no'], mystery: 1 },
      ['client_id', 'redirect_uris.0', 'mystery'],
    ],
    ['brings a secret', { client_secret: 'mine', redirect_uris: ['http://x.test/'] }, ['client_secret']],
    [
      'asks for a symmetric signature',
      { redirect_uris: ['http://x.test/'], id_token_signed_response_alg: 'HS256' },
      ['RS256'],
    ],
    [
      'would prove itself by HMAC',
      { redirect_uris: ['http://x.test/'], token_endpoint_auth_method: 'client_secret_jwt' },
      ['token_endpoint_auth_method'],
    ],
    [
      'would introspect everything without a secret',
      { redirect_uris: ['http://x.test/'], token_endpoint_auth_method: 'none', introspection: 'all' },
      ['introspection'],
    ],
    [
      'has a setting of a wrong kind',
      { redirect_uris: ['http://x.test/'], first_party: 'yes', allowed_web_origins: ['http://x.test/a'] },
      ['first_party', 'allowed_web_origins'],
    ],
    [
      'takes a reserved id',
      { client_id: 'idp-account', redirect_uris: ['http://x.test/'] },
      ['client_id: is reserved'],
    ],
    [
      'takes an id that every object has',
      { client_id: 'constructor', redirect_uris: ['http://x.test/'] },
      ['client_id: is reserved'],
    ],
    ['has no redirect URI', { client_id: 'none' }, ['redirect_uris']],
    ['has a redirect URI with a fragment', { redirect_uris: ['http://x.test/#a'] }, ['fragments']],
    ['has a redirect URI that runs', { redirect_uris: ['javascript:alert(1)'] }, ['redirect_uris']],
    [
      'would be told at a file',
      { redirect_uris: ['http://x.test/'], backchannel_logout_uri: 'file:///etc/passwd' },
      ['backchannel_logout_uri'],
    ],
    ['holds a NUL', { client_name: 'a\0b', redirect_uris: ['http://x.test/'] }, ['NUL']],
  ])('is refused, with every fault named, when it %s', async (_what, body, named) => {
    const refused = await order(idp, 'POST', '/admin/clients', body);
    expect(refused).toMatchObject({ status: 400, body: { type: 'urn:sso:problem:invalid-body' } });
    for (const name of named) expect(String(refused.body.faults)).toContain(name);
  });

  it('takes no id that somebody has, and nothing changes a client of the configuration', async () => {
    await registerClient(idp, 'mine');
    const body = (id: string) => ({ client_id: id, redirect_uris: [`http://${id}.test/callback`] });
    for (const id of ['mine', 'gateway']) {
      expect(await order(idp, 'POST', '/admin/clients', body(id))).toMatchObject({
        status: 409,
        body: { type: 'urn:sso:problem:client-taken' },
      });
    }
    const deeds = [
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/secret'],
    ] as const;
    for (const [method, path] of deeds) {
      const refused = await order(idp, method, `/admin/clients/gateway${path}`, method === 'PATCH' ? {} : undefined);
      expect(refused).toMatchObject({ status: 409, body: { type: 'urn:sso:problem:client-configured' } });
      expect(
        (await order(idp, method, `/admin/clients/nobody${path}`, method === 'PATCH' ? {} : undefined)).status,
      ).toBe(404);
    }
  });

  it('stands in a list that is read page by page', async () => {
    const pages = await everyPage<{ client_id: string }>(idp, '/admin/clients?limit=2');
    const ids = pages.flat().map(({ client_id }) => client_id);
    expect(pages.every((page) => page.length <= 2)).toBe(true);
    expect(ids).toEqual([...new Set(ids)].sort());
    expect(ids).toEqual(expect.arrayContaining(['framed', 'gateway', 'mine', 'other']));
    expect(pages.flat().find(({ client_id }) => client_id === 'gateway')).toMatchObject({
      registered_by: 'configuration',
    });
  });
});
