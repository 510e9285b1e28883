import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubDatabase } from '#store';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { type GatewayUnderTest, signIn, startGateway, userOf, usualSites } from '../support/gateway.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { until } from '../support/until.js';
import { type Seen, Visitor } from '../support/visitor.js';

describe('sign-out at the gateway, as a process', () => {
  const apps = appsForSuite();
  let [idp, mute]: ScriptedIdp[] = [];
  let [gateway, alone]: GatewayUnderTest[] = [];
  let database: HubDatabase;

  beforeAll(async () => {
    const url = await freshDatabase('hub');
    database = new HubDatabase(url);
    [idp, mute] = [await ScriptedIdp.start(), await ScriptedIdp.start()];
    idp.metadata = { revocation_endpoint: `${idp.issuer}/revoke` };
    mute.metadata = { end_session_endpoint: undefined };
    gateway = await startGateway(apps(), idp, url, {}, (usual) => {
      const { frontEnds, ...rest } = usualSites(usual);
      const offline = { ...frontEnds[1], scopes: 'openid offline_access' };
      return { ...rest, frontEnds: [{ ...frontEnds[0], afterLogout: '/bye' }, offline] };
    });
    alone = await startGateway(apps(), mute, url);
  }, 90_000);
  afterAll(async () => {
    await database.$disconnect();
    await Promise.all([idp?.stop(), mute?.stop()]);
  });

  const enter = async (sub: string, sid = `${sub}-1`) => (await signIn(idp!, gateway!.a, sub, sid)).visitor;
  const logoutUrl = async (visitor: Visitor, at = gateway!.a) =>
    `${at}${String((await userOf(visitor, at)).claims.get('bff:logout_url'))}`;
  const isIn = async (visitor: Visitor, at = gateway!.a) => (await userOf(visitor, at)).status === 200;
  const leaveByPage = (visitor: Visitor, body: object, headers: Record<string, string> = { 'x-csrf': '1' }) =>
    visitor.send(`${gateway!.a}/bff/logout`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  const frame = (visitor: Visitor, query: string, headers: Record<string, string> = {}): Promise<Seen> =>
    visitor.get(`${gateway!.a}/bff/frontchannel${query}`, headers);
  const named = (sid: string, iss = idp!.issuer) => `?${new URLSearchParams({ iss, sid }).toString()}`;

  it('T091: the right state leads to where the person wanted, once, and only this browser', async () => {
    const visitor = await enter('ana');
    const seen = await visitor.get(`${await logoutUrl(visitor)}&returnUrl=/news`);
    const state = seen.location?.searchParams.get('state') ?? '';
    expect(seen.location?.searchParams.get('client_id')).toBe('gateway');
    const back = (who: Visitor, query: string) => who.get(`${gateway!.a}/bff/signed-out${query}`);
    for (const [who, query] of [
      [new Visitor(), `?state=${state}`],
      [visitor, '?state=wrong'],
      [visitor, ''],
      [visitor, `?state=${state}&state=${state}`],
      [visitor, `?state=${'x'.repeat(5_000)}`],
    ] as const) {
      const landed = await back(who, query);
      expect([landed.status, landed.location?.pathname]).toEqual([303, '/bye']);
    }
    expect((await back(visitor, `?state=${state}`)).location?.href).toBe(`${gateway!.a}/news`);
    expect((await back(visitor, `?state=${state}`)).location?.pathname).toBe('/bye');
  });

  it('T091: arriving there signs nobody out', async () => {
    const visitor = await enter('bea');
    for (const query of ['', '?state=wrong', '?idp=not_told'])
      await visitor.get(`${gateway!.a}/bff/signed-out${query}`);
    expect(await isIn(visitor)).toBe(true);
  });

  it.each(['https://evil.example', '//evil.example', '/\\evil.example', '/..//evil.example'])(
    'leads nobody away to %s',
    async (returnUrl) => {
      const visitor = await enter('cleo');
      const seen = await visitor.get(`${await logoutUrl(visitor)}&${new URLSearchParams({ returnUrl }).toString()}`);
      const state = seen.location?.searchParams.get('state') ?? '';
      const landed = await visitor.get(`${gateway!.a}/bff/signed-out?state=${state}`);
      expect(landed.location?.href).toBe(`${gateway!.a}/`);
    },
  );

  it('T086: neither an image, nor a form, nor a wrong sid of another site signs anybody out', async () => {
    const visitor = await enter('dora');
    const at = `${gateway!.a}/bff/logout`;
    for (const query of ['', '?sid=', '?sid=x&sid=y', '?everywhere=1', '?sid=00000000-0000-7000-8000-000000000000'])
      expect((await visitor.get(`${at}${query}`, { 'sec-fetch-site': 'cross-site' })).status).toBe(400);
    const form = await visitor.send(at, { method: 'POST', body: new URLSearchParams({ everywhere: '1' }) });
    expect([form.status, (JSON.parse(form.text) as { type: string }).type]).toEqual([
      403,
      'urn:sso:problem:csrf-header-missing',
    ]);
    expect((await leaveByPage(visitor, {}, {})).status).toBe(403);
    expect(await isIn(visitor)).toBe(true);
  });

  it('a page signs its person out by itself and is told where to go on; twice is no error', async () => {
    const visitor = await enter('emma');
    const seen = await leaveByPage(visitor, { returnUrl: '/news' });
    const { logoutId, idpLogoutUrl } = JSON.parse(seen.text) as { logoutId: string; idpLogoutUrl: string };
    expect([seen.status, seen.location, seen.headers.get('cache-control')]).toEqual([200, undefined, 'no-store']);
    expect(idpLogoutUrl).toContain(`${idp!.issuer}/logout?id_token_hint=`);
    expect(await database.outboxEvent.count({ where: { causeId: logoutId } })).toBe(1);
    expect(JSON.parse((await leaveByPage(visitor, {})).text)).toEqual({});
  });

  it('everywhere: ends all sessions of the person and of nobody else', async () => {
    const [here, there, other] = [await enter('fay', 'fay-1'), await enter('fay', 'fay-2'), await enter('fred')];
    await leaveByPage(here, { everywhere: true });
    expect([await isIn(here), await isIn(there), await isIn(other)]).toEqual([false, false, true]);
    const ended = await database.ssoSession.findMany({ where: { sub: 'fay' } });
    expect(ended.map(({ endCause }) => endCause)).toEqual(['user_global_logout', 'user_global_logout']);
  });

  it('tells the person when the IdP has nowhere to sign out: here they are signed out all the same', async () => {
    const { visitor } = await signIn(mute!, alone!.a, 'gus', 'gus-1');
    const seen = await visitor.get(`${await logoutUrl(visitor, alone!.a)}&returnUrl=/news`);
    expect([seen.status, seen.location?.pathname]).toEqual([303, '/bff/signed-out']);
    expect(await isIn(visitor, alone!.a)).toBe(false);
    const page = await visitor.get(seen.location?.href ?? '');
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('may still be signed in there')]);
    expect(page.text).toContain('href="/news"');
  });

  it('GW-30: revokes the refresh token after the end, not one for offline access, and waits for neither', async () => {
    const revoked = () => idp!.received.filter(({ path }) => path === '/revoke').map(({ form }) => form.get('token'));
    const count = async () =>
      (await database.ssoSession.count({ where: { sub: 'hal', refreshToken: null } })) || undefined;
    const { visitor } = await signIn(idp!, gateway!.b, 'hal', 'hal-1');
    const before = revoked().length;
    await visitor.get(await logoutUrl(visitor, gateway!.b));
    await until('the offline token is dropped here', count);
    const mine = await enter('ida');
    await mine.get(await logoutUrl(mine));
    await until('it is revoked', () => (revoked().length > before ? true : undefined));
    expect(revoked().slice(before)).toEqual(['a-refresh-token']);
  });

  it.each(['x', 'a'.repeat(43), '..%2f..', '%00'])('an unknown sign-out %s is not found', async (id) => {
    const seen = await new Visitor().get(`${gateway!.a}/bff/logout/${id}?waitMs=5000`);
    expect([seen.status, (JSON.parse(seen.text) as { type: string }).type]).toEqual([
      404,
      'urn:sso:problem:unknown-logout',
    ]);
  });

  it('GW-31: a frame of the IdP that names the session of this browser ends it, twice is fine', async () => {
    const visitor = await enter('jan');
    const seen = await frame(visitor, named('jan-1'));
    expect([seen.status, seen.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(seen.headers.get('content-security-policy')).toContain(`frame-ancestors ${idp!.issuer}`);
    expect(seen.headers.has('x-frame-options')).toBe(false);
    expect((await frame(visitor, named('jan-1'))).status).toBe(200);
    expect(await isIn(visitor)).toBe(false);
    const row = await database.ssoSession.findFirstOrThrow({ where: { sub: 'jan' } });
    expect(row.endCause).toBe('frontchannel_logout');
  });

  it('GW-31: nothing else ends it', async () => {
    const visitor = await enter('kim');
    await enter('leo');
    const framed = { 'sec-fetch-dest': 'iframe' };
    for (const [who, query, headers, status] of [
      [visitor, named('leo-1'), {}, 200],
      [visitor, named('kim-1', 'https://other.example'), {}, 200],
      [new Visitor(), named('kim-1'), {}, 200],
      [visitor, '', {}, 200],
      [visitor, '', framed, 200],
      [visitor, '', { ...framed, referer: 'https://evil.example/' }, 200],
      [visitor, '', { referer: `${idp!.issuer}/logout` }, 200],
      [visitor, '?sid=kim-1', {}, 400],
      [visitor, `?iss=${idp!.issuer}`, {}, 400],
      [visitor, `${named('kim-1')}&sid=kim-1`, {}, 400],
    ] as const) {
      expect((await frame(who, query, headers)).status).toBe(status);
      expect(await isIn(visitor)).toBe(true);
    }
    await frame(visitor, '', { ...framed, referer: `${idp!.issuer}/logout?x=1` });
    expect(await isIn(visitor)).toBe(false);
  });
});
