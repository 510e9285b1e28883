import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubDatabase } from '#store';
import { SignJWT } from 'jose';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { type GatewayUnderTest, signIn, startGateway, userOf, usualSites } from '../support/gateway.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { type Seen, Visitor } from '../support/visitor.js';

const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} };
const SECRET = 'secret-of-the-gateway';

describe('back-channel logout: the rules of each IdP, faults of our own, and what is no form', () => {
  const apps = appsForSuite();
  let [idp, strict]: ScriptedIdp[] = [];
  let gateway: GatewayUnderTest;
  let database: HubDatabase;
  let count = 0;

  beforeAll(async () => {
    const url = await freshDatabase('hub');
    database = new HubDatabase(url);
    [idp, strict] = [await ScriptedIdp.start(), await ScriptedIdp.start()];
    const { issuer } = strict;
    gateway = await startGateway(apps(), idp, url, { REFUSED_TOKENS_PER_MINUTE: '2000' }, (usual) => {
      const { idps, services, frontEnds } = usualSites(usual);
      const main = { ...idps.main, logoutTokens: { allowNoExpiry: true } };
      const other = { ...idps.main, issuer, logoutTokens: { requireType: true } };
      const sites = frontEnds.map((frontEnd, index) => ({ ...frontEnd, idp: index === 0 ? 'main' : 'other' }));
      return { idps: { main, other }, services, frontEnds: sites };
    });
  }, 90_000);
  afterAll(async () => {
    await database.$disconnect();
    await Promise.all([idp?.stop(), strict?.stop()]);
  });

  const nowS = () => Math.floor(Date.now() / 1000);
  const claimsOf = (claims: object) => ({ aud: 'gateway', jti: `jti-${(count += 1)}`, events: EVENTS, ...claims });
  const post = (body: RequestInit['body'], type?: string, at = gateway.a): Promise<Seen> =>
    new Visitor().send(`${at}/bff/backchannel`, {
      method: 'POST',
      body: body ?? null,
      headers: type === undefined ? {} : { 'content-type': type },
    });
  const form = (token: string) => new URLSearchParams({ logout_token: token });
  const send = async (claims: object, from = idp!, header: { typ?: string; kid?: string } = { typ: 'logout+jwt' }) =>
    post(form(await from.sign(claimsOf(claims), header)));
  const isIn = async (visitor: Visitor, at = gateway.a) => (await userOf(visitor, at)).status === 200;

  it('takes the token of any IdP at any front end, each by its own keys', async () => {
    const { visitor } = await signIn(strict!, gateway.b, 'ana', 'ana-1');
    const forged = await idp!.sign(claimsOf({ iss: strict!.issuer, sid: 'ana-1' }), { typ: 'logout+jwt' });
    expect((await post(form(forged))).status).toBe(400);
    expect((await send({ iss: 'https://unknown.example', sid: 'ana-1' })).status).toBe(400);
    expect((await send({ sid: 'ana-1' })).status).toBe(200); // of the other issuer: a stranger's sid
    expect(await isIn(visitor, gateway.b)).toBe(true);
    expect((await send({ sid: 'ana-1', aud: ['gateway'] }, strict)).status).toBe(200);
    expect(await isIn(visitor, gateway.b)).toBe(false);
  });

  it('T028: with requireType only logout+jwt is taken, in any case; without it JWT and nothing too', async () => {
    for (const typ of [undefined, 'JWT', 'jwt'])
      expect((await send({ sid: 'x' }, strict, typ === undefined ? {} : { typ })).status).toBe(400);
    for (const typ of ['logout+jwt', 'Logout+JWT', 'application/logout+jwt'])
      expect((await send({ sid: 'x' }, strict, { typ })).status).toBe(200);
    for (const typ of ['JWT', 'jwt']) expect((await send({ sid: 'x' }, idp, { typ })).status).toBe(200);
  });

  it('T011, T012: with allowNoExpiry a token without exp is taken for two minutes, and only from that IdP', async () => {
    expect((await send({ sid: 'x', exp: undefined })).status).toBe(200);
    expect((await send({ sid: 'x', exp: undefined, iat: nowS() - 110 })).status).toBe(200);
    expect((await send({ sid: 'x', exp: undefined, iat: nowS() - 130 })).status).toBe(400);
    expect((await send({ sid: 'x', exp: null })).status).toBe(400);
    expect((await send({ sid: 'x', exp: undefined }, strict)).status).toBe(400);
  });

  it('T003: HS256 with the client secret is refused', async () => {
    const token = await new SignJWT({ iss: idp!.issuer, iat: nowS(), exp: nowS() + 60, ...claimsOf({ sub: 'x' }) })
      .setProtectedHeader({ alg: 'HS256', kid: 'k1', typ: 'logout+jwt' })
      .sign(Buffer.from(SECRET));
    expect((await post(form(token))).status).toBe(400);
  });

  it('GW-24: a sid of one person beside the sub of another is refused, and ends neither', async () => {
    const [mine, other] = [
      await signIn(idp!, gateway.a, 'bea', 'bea-1'),
      await signIn(idp!, gateway.a, 'bob', 'bob-1'),
    ];
    expect((await send({ sid: 'bea-1', sub: 'bob' })).status).toBe(400);
    expect((await send({ sid: 'bea-1', sub: 'b\0' })).status).toBe(400);
    expect([await isIn(mine.visitor), await isIn(other.visitor)]).toEqual([true, true]);
    expect((await send({ sid: 'bea-1', sub: 'bea' })).status).toBe(200);
    expect([await isIn(mine.visitor), await isIn(other.visitor)]).toEqual([false, true]);
  });

  it('T019: the database fails once: 400 that says so, and the same token succeeds then', async () => {
    const { visitor } = await signIn(idp!, gateway.a, 'cleo', 'cleo-1');
    const token = await idp!.sign(claimsOf({ sid: 'cleo-1' }), { typ: 'logout+jwt' });
    await database.$executeRawUnsafe('ALTER TABLE "OutboxEvent" RENAME TO "OutboxEventAway"');
    const failed = await post(form(token)).finally(() =>
      database.$executeRawUnsafe('ALTER TABLE "OutboxEventAway" RENAME TO "OutboxEvent"'),
    );
    expect([failed.status, failed.headers.get('cache-control')]).toEqual([400, 'no-store']);
    expect(failed.text).toContain('send it again');
    expect(await isIn(visitor)).toBe(true);
    expect((await post(form(token))).status).toBe(200);
    expect(await isIn(visitor)).toBe(false);
  });

  it('T005: a thousand unknown keys fetch the key set once at most', async () => {
    await send({ sid: 'x' });
    const fetched = () => idp!.received.filter(({ path }) => path === '/jwks').length;
    const before = fetched();
    for (let round = 0; round < 20; round += 1) {
      const tokens = Array.from({ length: 50 }, (_, n) => send({ sub: 'x' }, idp, { kid: `unknown-${round}-${n}` }));
      expect(new Set((await Promise.all(tokens)).map(({ status }) => status))).toEqual(new Set([400]));
    }
    expect(fetched() - before).toBeLessThanOrEqual(1);
  }, 60_000);

  it('T030: other methods, other bodies', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH'])
      expect((await new Visitor().send(`${gateway.a}/bff/backchannel`, { method })).status).toBe(405);
    const multipart = new FormData();
    multipart.set('logout_token', 'x');
    for (const [body, type, statuses] of [
      [multipart, undefined, [400, 415]],
      ['{"logout_token":"x"}', 'application/json', [400]],
      ['{', 'application/json', [400]],
      ['', 'application/x-www-form-urlencoded', [400]],
      [undefined, undefined, [400]],
      ['logout_token=a&logout_token=b', 'application/x-www-form-urlencoded', [400]],
      [`logout_token=${'x'.repeat(1_000_000)}`, 'application/x-www-form-urlencoded', [413]],
    ] as const) {
      const seen = await post(body, type);
      expect(statuses).toContain(seen.status);
      expect(seen.headers.get('cache-control')).toBe('no-store');
    }
  });
});
