import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeSessionEnded } from '#session';
import { HubDatabase } from '#store';
import { SignJWT } from 'jose';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { type GatewayUnderTest, signIn, startGateway, userOf } from '../support/gateway.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { type Seen, Visitor } from '../support/visitor.js';

const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} };

describe('back-channel logout at the gateway, as a process', () => {
  const apps = appsForSuite();
  let idp: ScriptedIdp;
  let gateway: GatewayUnderTest;
  let database: HubDatabase;
  let count = 0;

  beforeAll(async () => {
    idp = await ScriptedIdp.start();
    const url = await freshDatabase('hub');
    database = new HubDatabase(url);
    gateway = await startGateway(apps(), idp, url);
  }, 90_000);
  afterAll(async () => {
    await database.$disconnect();
    await idp.stop();
  });

  const logoutToken = (
    claims: Record<string, unknown>,
    header: { typ?: string; kid?: string } = { typ: 'logout+jwt' },
  ) => idp.sign({ aud: 'gateway', jti: `jti-${(count += 1)}`, events: EVENTS, ...claims }, header);
  const post = (body: RequestInit['body'], headers: Record<string, string> = {}): Promise<Seen> =>
    new Visitor().send(`${gateway.a}/bff/backchannel`, { method: 'POST', body: body ?? null, headers });
  const send = async (claims: Record<string, unknown>, header?: { typ?: string; kid?: string }) =>
    post(new URLSearchParams({ logout_token: await logoutToken(claims, header) }));
  const statusOf = async (visitor: Visitor) => (await userOf(visitor, gateway.a)).status;
  const nowS = () => Math.floor(Date.now() / 1000);

  it('T024: a sid ends that session, with one event that says why, and nobody else’s', async () => {
    const mine = await signIn(idp, gateway.a, 'ana', 'ana-1');
    const other = await signIn(idp, gateway.a, 'ana', 'ana-2');
    const seen = await send({ sid: 'ana-1' });
    expect([seen.status, seen.text, seen.headers.get('cache-control')]).toEqual([200, '', 'no-store']);
    const user = await userOf(mine.visitor, gateway.a);
    expect([user.status, user.problem]).toEqual([
      401,
      expect.objectContaining({ type: 'urn:sso:problem:session-ended', reason: 'backchannel_logout' }),
    ]);
    expect(await statusOf(other.visitor)).toBe(200);
    const row = await database.ssoSession.findFirstOrThrow({ where: { idpSid: 'ana-1' } });
    const events = await database.outboxEvent.findMany({ where: { sid: row.id } });
    expect(events.map(({ payload }) => decodeSessionEnded(payload).cause)).toEqual(['backchannel_logout']);
  });

  it('T023: a sub alone ends all sessions of the person, nobody else’s', async () => {
    const mine = [await signIn(idp, gateway.a, 'bob', 'bob-1'), await signIn(idp, gateway.b, 'bob', 'bob-2')];
    const other = await signIn(idp, gateway.a, 'bobby', 'bobby-1');
    expect((await send({ sub: 'bob' })).status).toBe(200);
    expect(await statusOf(mine[0]!.visitor)).toBe(401);
    expect((await userOf(mine[1]!.visitor, gateway.b)).status).toBe(401);
    expect(await statusOf(other.visitor)).toBe(200);
  });

  it('T017, T035: the same token again gets the first answer, and spares a session that was opened since', async () => {
    await signIn(idp, gateway.a, 'cid', 'cid-1');
    const token = await logoutToken({ sub: 'cid', iat: nowS() - 5 });
    const again = () => post(new URLSearchParams({ logout_token: token }));
    expect((await again()).status).toBe(200);
    const later = await signIn(idp, gateway.a, 'cid', 'cid-1');
    expect((await again()).status).toBe(200);
    expect(await statusOf(later.visitor)).toBe(200);
  });

  it('T017: another token with a jti that was answered is refused', async () => {
    expect((await send({ sid: 'x', jti: 'taken' })).status).toBe(200);
    expect((await send({ sid: 'y', jti: 'taken' })).status).toBe(400);
  });

  it('T021, T032: a session that is unknown or has ended is a success', async () => {
    await signIn(idp, gateway.a, 'dan', 'dan-1');
    for (const sid of ['nobody', 'dan-1', 'dan-1']) expect((await send({ sid })).status).toBe(200);
  });

  it('T031: ignores parameters and claims that it does not know', async () => {
    const token = await logoutToken({ sid: 'z', unknown: { a: 1 } });
    expect((await post(new URLSearchParams({ logout_token: token, more: 'x' }))).status).toBe(200);
  });

  it.each<[string, () => Promise<Seen>]>([
    ['T007: another issuer', () => send({ sub: 'safe', iss: `${idp.issuer}/` })],
    ['T009: another audience', () => send({ sub: 'safe', aud: 'other' })],
    ['T011: no exp', () => send({ sub: 'safe', exp: undefined })],
    ['T011: exp past', () => send({ sub: 'safe', exp: nowS() - 120 })],
    ['T012: iat in the future', () => send({ sub: 'safe', iat: nowS() + 600, exp: nowS() + 700 })],
    ['T012: iat an hour old', () => send({ sub: 'safe', iat: nowS() - 3600 })],
    ['T014: a nonce', () => send({ sub: 'safe', nonce: '' })],
    ['T015: neither sub nor sid', () => send({})],
    ['T015: a sid that is no text', () => send({ sub: 'safe', sid: 7 })],
    ['T016: no jti', () => send({ sub: 'safe', jti: undefined })],
    ['T025: an ID token', () => send({ sub: 'safe', events: undefined, nonce: 'n' })],
    ['T026: an access token', () => send({ sub: 'safe' }, { typ: 'at+jwt' })],
    ['T026: a security event token', () => send({ sub: 'safe' }, { typ: 'secevent+jwt' })],
    ['T005: an unknown key', () => send({ sub: 'safe' }, { typ: 'logout+jwt', kid: 'unknown' })],
    [
      'T001: no signature',
      async () => {
        const [, payload] = (await logoutToken({ sub: 'safe' })).split('.');
        const header = Buffer.from('{"alg":"none","typ":"logout+jwt"}').toString('base64url');
        return post(new URLSearchParams({ logout_token: `${header}.${payload ?? ''}.` }));
      },
    ],
    [
      'T002: HS256 with the public key',
      async () => {
        const secret = Buffer.from(JSON.stringify(idp.keys.publicJwk));
        const claims = {
          iss: idp.issuer,
          aud: 'gateway',
          iat: nowS(),
          exp: nowS() + 60,
          jti: 'h',
          sub: 'safe',
          events: EVENTS,
        };
        const token = await new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256', kid: 'k1', typ: 'logout+jwt' })
          .sign(secret);
        return post(new URLSearchParams({ logout_token: token }));
      },
    ],
    [
      'T006: a changed byte',
      async () => {
        const token = await logoutToken({ sub: 'safe' });
        const at = token.indexOf('.') + 10;
        return post(
          new URLSearchParams({
            logout_token: token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1),
          }),
        );
      },
    ],
    ['T030: no body', () => post(undefined)],
    [
      'T030: two tokens',
      async () =>
        post(`logout_token=${await logoutToken({ sub: 'safe' })}&logout_token=x`, {
          'content-type': 'application/x-www-form-urlencoded',
        }),
    ],
    ['garbage', () => post(new URLSearchParams({ logout_token: 'x' }))],
  ])('%s: 400, and nothing changes', async (_name, attack) => {
    const { visitor } = await signIn(idp, gateway.a, 'safe', 'safe-1');
    const before = await database.$transaction([
      database.outboxEvent.count(),
      database.revocationMark.count(),
      database.seenToken.count(),
    ]);
    const seen = await attack();
    expect([seen.status, seen.headers.get('cache-control')]).toEqual([400, 'no-store']);
    expect(await statusOf(visitor)).toBe(200);
    expect(
      await database.$transaction([
        database.outboxEvent.count(),
        database.revocationMark.count(),
        database.seenToken.count(),
      ]),
    ).toEqual(before);
  });

  it('T028: takes a token without a type', async () => {
    expect((await send({ sid: 'untyped' }, {})).status).toBe(200);
  });

  it('T030: takes nothing but a form by POST', async () => {
    const get = await new Visitor().get(`${gateway.a}/bff/backchannel`);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await post('{"logout_token":"x"}', { 'content-type': 'application/json' })).status).toBe(400);
    expect(
      (await post(`logout_token=${'x'.repeat(1_000_000)}`, { 'content-type': 'application/x-www-form-urlencoded' }))
        .status,
    ).toBe(413);
  });

  it('T005: a hundred unknown keys fetch the key set once at most', async () => {
    const before = idp.received.filter(({ path }) => path === '/jwks').length;
    await Promise.all(
      Array.from({ length: 100 }, (_, n) => send({ sub: 'safe' }, { typ: 'logout+jwt', kid: `unknown-${n}` })),
    );
    expect(idp.received.filter(({ path }) => path === '/jwks').length - before).toBeLessThanOrEqual(1);
  });

  it('T033: with the IdP away, a known key still verifies, and an unknown one ends nobody', async () => {
    const { visitor } = await signIn(idp, gateway.a, 'eli', 'eli-1');
    const [known, unknown] = [
      await logoutToken({ sid: 'eli-1' }),
      await logoutToken({ sid: 'eli-1' }, { kid: 'never-seen' }),
    ];
    await idp.stop();
    try {
      expect((await post(new URLSearchParams({ logout_token: unknown }))).status).toBe(400);
      expect(await statusOf(visitor)).toBe(200);
      expect((await post(new URLSearchParams({ logout_token: known }))).status).toBe(200);
      expect(await statusOf(visitor)).toBe(401);
    } finally {
      await idp.listen();
    }
  });
});
