import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubDatabase } from '#store';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { EventTab } from '../support/event-tab.js';
import { type GatewayUnderTest, signIn, startGateway, userOf, usualSites } from '../support/gateway.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { until } from '../support/until.js';
import { Visitor } from '../support/visitor.js';

describe('a browser that signs in again, or signs out everywhere, and its tabs at two replicas', () => {
  const apps = appsForSuite();
  let idp: ScriptedIdp;
  let database: HubDatabase;
  let one: GatewayUnderTest;
  let two: GatewayUnderTest;

  beforeAll(async () => {
    const [started, url] = await Promise.all([ScriptedIdp.start(), freshDatabase('hub')]);
    [idp, database] = [started, new HubDatabase(url)];
    one = await startGateway(apps(), idp, url);
    two = await startGateway(apps(), idp, url, {}, ({ issuer }) => usualSites({ issuer, origins: [one.a, one.b] }));
  }, 90_000);
  afterAll(async () => {
    await database.$disconnect();
    await idp.stop();
  });

  const openAt = async (visitor: Visitor, replica: GatewayUnderTest): Promise<EventTab> => {
    const tab = await EventTab.open(visitor, one.a, { at: replica.app.origin });
    await tab.heard('ready');
    return tab;
  };
  const names = ({ events }: EventTab) => events.map(({ event }) => event);
  /** The same browser as it was, with the cookies of now. */
  const copyOf = async (visitor: Visitor): Promise<Visitor> => {
    const copy = new Visitor();
    for (const cookie of await visitor.jar.getCookies(one.a)) await copy.jar.setCookie(cookie.toString(), one.a);
    return copy;
  };
  const sidsOf = async (sub: string) =>
    (await database.ssoSession.findMany({ where: { sub }, orderBy: { openedAt: 'asc' } })).map(({ id }) => id);

  it('tabs of before are told to come back, never that the session has ended, though the IdP has another session now', async () => {
    for (let round = 0; round < 5; round += 1) {
      const sub = `ana-${round}`;
      const { visitor } = await signIn(idp, one.a, sub, `${sub}-first`);
      const tabs = [await openAt(visitor, one), await openAt(visitor, two), await openAt(visitor, two)];
      await signIn(idp, one.a, sub, `${sub}-second`, visitor);
      for (const tab of tabs) {
        await tab.over();
        expect(names(tab).at(-1)).toBe('session-replaced');
        expect(names(tab)).not.toContain('session-ended');
        expect(tab.text).toMatch(/retry: 1000\nid: 1\nevent: session-replaced/);
      }
      const [first] = await database.ssoSession.findMany({ where: { sub }, orderBy: { openedAt: 'asc' } });
      expect(first?.endCause).toBe('silent_check');
    }
  });

  it('the cookie of before opens a stream while it counts; it hears the end of the session that it is on now', async () => {
    const { visitor } = await signIn(idp, one.a, 'ben', 'ben-first');
    const before = await copyOf(visitor);
    await signIn(idp, one.a, 'ben', 'ben-second', visitor);
    const [, second] = await sidsOf('ben');
    const seen = await before.get(`${one.a}/bff/user?slide=false`, { 'x-csrf': '1' });
    expect(seen.text).toContain(second);
    const [old, young] = [await openAt(before, two), await openAt(visitor, two)];
    await visitor.send(`${one.a}/bff/logout`, { method: 'POST', headers: { 'x-csrf': '1' } });
    for (const tab of [old, young]) expect((await tab.heard('session-ended')).data).toEqual({ reason: 'rp_initiated' });
    expect((await userOf(before, one.a)).status).toBe(401);
  });

  it('and is told to come back when it counts no more, at the replica that remembers it too', async () => {
    const { visitor } = await signIn(idp, one.a, 'cas', 'cas-first');
    const before = await copyOf(visitor);
    await signIn(idp, one.a, 'cas', 'cas-second', visitor);
    const tab = await openAt(before, two);
    expect((await userOf(before, one.a)).status).toBe(200); // remembered from now on
    // the database tells of this change; the end of thirty seconds nobody tells
    await database.browserSession.updateMany({
      where: { ssoSession: { sub: 'cas' }, endedAt: { not: null } },
      data: { endedAt: new Date() },
    });
    await tab.heard('session-replaced');
    await tab.over();
    await until('the cookie counts no more', async () =>
      (await userOf(before, one.a)).status === 401 ? true : undefined,
    );
    expect((await userOf(before, one.a)).problem.type).toBe('urn:sso:problem:not-signed-in');
    expect((await userOf(visitor, one.a)).status).toBe(200);
  });

  it('a sign-out everywhere reaches the tabs of every browser of the person, at both replicas, and nobody else’s', async () => {
    const browsers = [
      (await signIn(idp, one.a, 'dora', 'dora-desk')).visitor,
      (await signIn(idp, one.a, 'dora', 'dora-phone')).visitor,
    ];
    const other = await openAt((await signIn(idp, one.a, 'otto', 'otto-1')).visitor, two);
    const tabs: EventTab[] = [];
    for (const browser of browsers) tabs.push(await openAt(browser, one), await openAt(browser, two));
    const seen = await browsers[0]!.send(`${one.a}/bff/logout`, {
      method: 'POST',
      headers: { 'x-csrf': '1', 'content-type': 'application/json' },
      body: JSON.stringify({ everywhere: true }),
    });
    expect(seen.status).toBe(200);
    for (const tab of tabs) {
      expect((await tab.heard('session-ended')).data).toEqual({ reason: 'user_global_logout' });
      await tab.over();
    }
    expect(names(other)).toEqual(['ready']);
    other.close();
  });
});
