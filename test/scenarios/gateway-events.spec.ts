import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { HubDatabase } from '#store';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { EventTab } from '../support/event-tab.js';
import { type GatewayUnderTest, signIn, startGateway, usualSites } from '../support/gateway.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { until } from '../support/until.js';
import { Visitor } from '../support/visitor.js';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

describe('open tabs at two replicas of the gateway', () => {
  const apps = appsForSuite();
  let idp: ScriptedIdp;
  let url: string;
  let database: HubDatabase;
  let one: GatewayUnderTest;
  let two: GatewayUnderTest;
  beforeAll(async () => {
    [idp, url] = await Promise.all([ScriptedIdp.start(), freshDatabase('hub')]);
    database = new HubDatabase(url);
    one = await startGateway(apps(), idp, url);
    two = await startSecond();
  }, 90_000);
  afterAll(async () => {
    await database.$disconnect();
    await idp.stop();
  });

  /** A replica serves the same front ends; a test comes to it by its port. */
  const startSecond = () =>
    startGateway(apps(), idp, url, {}, ({ issuer }) => usualSites({ issuer, origins: [one.a, one.b] }));
  const open = (visitor: Visitor, replica: GatewayUnderTest = one, headers: Record<string, string> = {}) =>
    EventTab.open(visitor, one.a, { at: replica.app.origin, headers });
  const endAtIdp = async (sid: string): Promise<void> => {
    const claims = { aud: 'gateway', sid, jti: `jti-of-${sid}`, events: { [EVENT]: {} } };
    const logout_token = await idp.sign(claims, { typ: 'logout+jwt' });
    const response = await fetch(`${one.a}/bff/backchannel`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token }),
    });
    expect(response.status).toBe(200);
  };
  const sessionOf = (sub: string) =>
    database.browserSession.findFirstOrThrow({ where: { ssoSession: { sub } }, include: { ssoSession: true } });
  const cutListeners = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rowCount } = await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query IN ('LISTEN session_changed', 'SELECT 1') AND application_name = ''",
    );
    expect(rowCount).toBeGreaterThan(0);
    await client.end();
  };

  it('hear of an end that was told to one of them, with its reason, and nobody else does', async () => {
    const { visitor } = await signIn(idp, one.a, 'ana', 'idp-ana');
    const other = (await signIn(idp, one.a, 'ben', 'idp-ben')).visitor;
    const tabs = [await open(visitor), await open(visitor, two), await open(visitor, two)];
    const bystander = await open(other, two);
    await Promise.all([...tabs, bystander].map((tab) => tab.heard('ready')));
    await endAtIdp('idp-ana');
    for (const tab of tabs) {
      expect((await tab.heard('session-ended')).data).toEqual({ reason: 'backchannel_logout' });
      await tab.over();
      expect(tab.text).toMatch(/retry: 86400000\nid: 1\nevent: session-ended/);
    }
    expect(bystander.events.map(({ event }) => event)).toEqual(['ready']);
    bystander.close();
  });

  it('are answered as a stream that nobody keeps or holds back', async () => {
    const { visitor } = await signIn(idp, one.a, 'cara', 'idp-cara');
    const tab = await open(visitor);
    expect(tab.status).toBe(200);
    expect(tab.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'self'"),
    });
    expect(tab.response.headers['access-control-allow-origin']).toBeUndefined();
    tab.close();
  });

  it('are refused to strangers, to other sites and to other methods', async () => {
    const { visitor } = await signIn(idp, one.a, 'dan', 'idp-dan');
    const statusOf = async (who: Visitor, headers: Record<string, string> = {}, method = 'GET') => {
      const tab = await EventTab.open(who, one.a, { headers, method });
      tab.close();
      return tab.status;
    };
    expect(await statusOf(new Visitor())).toBe(401);
    expect(await statusOf(visitor, { 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await statusOf(visitor, { 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await statusOf(visitor, { origin: 'https://evil.example' })).toBe(403);
    expect(await statusOf(visitor, { origin: one.a, 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect([404, 405]).toContain(await statusOf(visitor, {}, 'HEAD'));
  });

  it('are told the reason when they come back to a session that has ended, or to none', async () => {
    const { visitor } = await signIn(idp, one.a, 'eva', 'idp-eva');
    await endAtIdp('idp-eva');
    const back = await open(visitor, two, { 'last-event-id': '1' });
    expect(back.status).toBe(200);
    expect((await back.heard('session-ended')).data).toEqual({ reason: 'backchannel_logout' });
    await back.over();
    const without = await open(new Visitor(), two, { 'last-event-id': '1' });
    expect((await without.heard('session-ended')).data).toEqual({ reason: 'not_signed_in' });
  });

  it('are told that there is another session when their browser signs in again', async () => {
    const { visitor } = await signIn(idp, one.a, 'finn', 'idp-finn');
    const tab = await open(visitor, two);
    await tab.heard('ready');
    await signIn(idp, one.a, 'finn', 'idp-finn', visitor);
    await tab.heard('session-replaced');
    await tab.over();
    const next = await open(visitor, two);
    await next.heard('ready');
    next.close();
  });

  it('are told when the tokens are others', async () => {
    const { visitor } = await signIn(idp, one.a, 'gail', 'idp-gail');
    const tab = await open(visitor, two);
    await tab.heard('ready');
    const { ssoSessionId } = await sessionOf('gail');
    await database.ssoSession.update({ where: { id: ssoSessionId }, data: { tokenGeneration: { increment: 1 } } });
    await tab.heard('session-changed');
    expect(tab.closed).toBe(false);
    tab.close();
  });

  it('notice that the session has expired, and do not keep it awake', async () => {
    const { visitor } = await signIn(idp, one.a, 'hugo', 'idp-hugo');
    const { id, lastSeenAt } = await sessionOf('hugo');
    const soon = new Date(Date.now() + 1_500);
    await database.browserSession.update({ where: { id }, data: { expiresAt: soon } });
    const tab = await open(visitor, two);
    await tab.heard('ready');
    expect((await tab.heard('session-ended')).data).toEqual({ reason: 'expired' });
    const after = await sessionOf('hugo');
    expect({ expiresAt: after.expiresAt, lastSeenAt: after.lastSeenAt }).toEqual({ expiresAt: soon, lastSeenAt });
  });

  it('are twenty for a session: the oldest gives way', async () => {
    const { visitor } = await signIn(idp, one.a, 'iris', 'idp-iris');
    const tabs: EventTab[] = [];
    for (let n = 0; n < 21; n += 1) {
      const tab = await open(visitor);
      await tab.heard('ready');
      tabs.push(tab);
    }
    await tabs[0]!.heard('too-many');
    await tabs[0]!.over();
    expect(tabs.slice(1).filter(({ closed }) => closed)).toEqual([]);
    for (const tab of tabs) tab.close();
  });

  it('hear what happened while the connection for changes was cut, and what happens after', async () => {
    const { visitor } = await signIn(idp, one.a, 'jan', 'idp-jan');
    const later = (await signIn(idp, one.a, 'kim', 'idp-kim')).visitor;
    const [tab, laterTab] = [await open(visitor, two), await open(later, two)];
    await Promise.all([tab.heard('ready'), laterTab.heard('ready')]);
    await cutListeners();
    await endAtIdp('idp-jan');
    expect((await tab.heard('session-ended')).data).toEqual({ reason: 'backchannel_logout' });
    await endAtIdp('idp-kim');
    await laterTab.heard('session-ended');
  });

  it('T089: looking ten times a minute for an hour writes nothing, so that the idle time goes on', async () => {
    const { visitor } = await signIn(idp, one.a, 'lea', 'idp-lea');
    const { id } = await sessionOf('lea');
    const lastSeenAt = new Date(Date.now() - 30 * 60_000); // a look that slides would be due long since
    const before = await database.browserSession.update({ where: { id }, data: { lastSeenAt } });
    const look = async (query: string) => {
      const { status, text } = await visitor.get(`${one.a}/bff/user${query}`, { 'x-csrf': '1' });
      expect(status).toBe(200);
      return text;
    };
    for (let n = 0; n < 600; n += 1) await look('?slide=false');
    expect(await database.browserSession.findUniqueOrThrow({ where: { id } })).toEqual(before);
    await look('');
    await until('a use slides', async () => {
      const after = await database.browserSession.findUniqueOrThrow({ where: { id } });
      return after.expiresAt > before.expiresAt && after.lastSeenAt > before.lastSeenAt ? true : undefined;
    });
  });

  it('go on at the other replica when theirs is told to stop, and when it dies', async () => {
    const { visitor } = await signIn(idp, one.a, 'mona', 'idp-mona');
    const third = await startSecond();
    const stopped = await open(visitor, third);
    await stopped.heard('ready');
    await third.app.stop();
    await stopped.over();
    expect(stopped.text).toMatch(/retry: [12]\d{3}\n\n$/);
    expect(stopped.events.map(({ event }) => event)).toEqual(['ready']);
    const cut = await open(visitor, two);
    await cut.heard('ready');
    await two.app.kill();
    await cut.over();
    expect(cut.events.map(({ event }) => event)).toEqual(['ready']); // a death is no ending
    const resumed = await open(visitor, one, { 'last-event-id': '1' });
    await resumed.heard('ready');
    await endAtIdp('idp-mona');
    await resumed.heard('session-ended');
  });
});
