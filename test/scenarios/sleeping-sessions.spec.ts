import { beforeEach, describe, expect, it } from '@jest/globals';
import { EventTab } from '../support/event-tab.js';
import { depart, signIn, userOf } from '../support/gateway.js';
import { ask } from '../support/plain-request.js';
import { active, inactive } from '../support/poller.js';
import { endCoolDowns, messageOf } from '../support/silent.js';
import { until } from '../support/until.js';
import type { Visitor } from '../support/visitor.js';
import { watchedGatewayForSuite } from '../support/watched-gateway.js';

const PAGE = { 'x-csrf': '1' };
const LONG_AGO = new Date(Date.now() - 2 * 3_600_000);

/** Every way in, and what it says to a session that is believed; the service does not run. */
const WAYS = [
  ['/bff/user', 200],
  ['/bff/user?slide=false', 200],
  ['/bff/api/notes/x', 502],
  ['/bff/verify', 204],
  ['/bff/verify?slide=false', 204],
] as const;

describe('a session that nobody has used for long comes back', () => {
  const suite = watchedGatewayForSuite({ idp: { probe: { unsafeIntervalS: 600 } } });
  const a = () => suite().gateway.a;

  const rowOf = (sub: string) => suite().database.ssoSession.findFirstOrThrow({ where: { sub } });
  const asked = () => suite().idp.received.filter(({ path }) => path === '/introspect').length;
  /** Signs in, is asked about, and sleeps since. */
  const asleep = async (sub: string): Promise<Visitor> => {
    suite().idp.introspection = () => active;
    const { visitor } = await signIn(suite().idp, a(), sub, `${sub}-1`);
    const { id, openedAt, expiresAt } = await rowOf(sub);
    await suite().database.ssoSession.update({ where: { id }, data: { probeDueAt: new Date() } });
    await until('it is asked about', async () => ((await rowOf(sub)).idpCheckedAt > openedAt ? true : undefined));
    await suite().database.browserSession.updateMany({ where: { ssoSessionId: id }, data: { lastSeenAt: LONG_AGO } });
    const data = { asleepSince: LONG_AGO, idpCheckedAt: LONG_AGO, probeDueAt: expiresAt };
    await suite().database.ssoSession.update({ where: { id }, data });
    return visitor;
  };
  const lastSeen = async (sub: string) =>
    (await suite().database.browserSession.findFirstOrThrow({ where: { ssoSession: { sub } } })).lastSeenAt;
  const problemOf = (text: string) => JSON.parse(text) as Readonly<Record<string, unknown>>;

  beforeEach(async () => {
    await endCoolDowns(suite().database);
  });

  it.each(WAYS)('at %s: the IdP is asked, and what it confirms goes on', async (path, status) => {
    const sub = `ana-${WAYS.findIndex(([way]) => way === path)}`;
    const visitor = await asleep(sub);
    const before = asked();
    expect((await visitor.get(a() + path, PAGE)).status).toBe(status);
    expect(asked()).toBe(before + 1);
    expect((await rowOf(sub)).asleepSince).toBeNull();
    expect((await lastSeen(sub)) > LONG_AGO).toBe(!path.includes('slide=false'));
  });

  it('at /bff/events: the stream is ready after the IdP has confirmed it', async () => {
    const visitor = await asleep('bob');
    const tab = await EventTab.open(visitor, a());
    await tab.heard('ready');
    expect((await rowOf('bob')).asleepSince).toBeNull();
    tab.close();
  });

  it('with many requests at once: one question', async () => {
    const visitor = await asleep('cleo');
    const before = asked();
    const answers = await Promise.all(Array.from({ length: 20 }, () => visitor.get(`${a()}/bff/user`, PAGE)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(asked()).toBe(before + 1);
  });

  it.each(WAYS)('at %s without an answer of the IdP: it is not believed, and has not ended', async (...[path]) => {
    const sub = `dora-${WAYS.findIndex(([way]) => way === path)}`;
    const visitor = await asleep(sub);
    suite().idp.introspection = () => ({ status: 503, body: {} });
    const from = performance.now();
    const { status, text } = await visitor.get(a() + path, PAGE);
    const waitedMs = performance.now() - from;
    expect(status).toBe(401);
    expect(problemOf(text)).toMatchObject({
      ...{ type: 'urn:sso:problem:idp-check-needed', reason: 'asleep' },
      ...{ silentLoginUrl: '/bff/silent-login', loginUrl: '/bff/login?prompt=none' },
    });
    expect(await rowOf(sub)).toMatchObject({ endedAt: null, asleepSince: LONG_AGO });
    const before = performance.now();
    expect((await visitor.get(a() + path, PAGE)).status).toBe(401);
    expect(performance.now() - before).toBeLessThan(waitedMs); // nobody waits again so soon
  });

  it('without an answer at /bff/events: the browser is asked to come back, and hears nothing that is not known', async () => {
    const visitor = await asleep('emil');
    suite().idp.introspection = () => 'hang';
    const tab = await EventTab.open(visitor, a());
    await tab.over();
    expect([tab.status, tab.events]).toEqual([200, []]);
    expect(tab.text).toMatch(/^retry: \d{5}$/m);
  });

  it('and a silent sign-in confirms it: the door does not take its word of before', async () => {
    const visitor = await asleep('finn');
    suite().idp.introspection = () => ({ status: 503, body: {} });
    await suite().database.ssoSession.updateMany({ where: { sub: 'finn' }, data: { idpCheckedAt: new Date() } });
    expect((await userOf(visitor, a())).status).toBe(401);
    expect((await depart(a(), 'prompt=none&returnUrl=/', visitor)).parameters.get('prompt')).toBe('none');
    await signIn(suite().idp, a(), 'finn', 'finn-1', visitor);
    expect((await userOf(visitor, a())).status).toBe(200);
    expect((await rowOf('finn')).asleepSince).toBeNull();
  });

  it('and has ended at the IdP meanwhile: it is never believed, and ends when that is confirmed', async () => {
    const visitor = await asleep('gus');
    suite().idp.introspection = () => inactive;
    expect((await userOf(visitor, a())).status).toBe(401);
    await suite().database.ssoSession.updateMany({ where: { sub: 'gus' }, data: { weakEndedAt: LONG_AGO } });
    await suite().database.ssoSession.updateMany({ where: { sub: 'gus' }, data: { probeDueAt: new Date() } });
    await until('it ends', async () => ((await rowOf('gus')).endedAt === null ? undefined : true));
    const { status, problem } = await userOf(visitor, a());
    expect({ status, ...problem }).toMatchObject({ status: 401, reason: 'poll_session_ended' });
  });

  it('and its person can sign out without the IdP being asked', async () => {
    const visitor = await asleep('hal');
    suite().idp.introspection = () => 'hang';
    const answer = await visitor.send(`${a()}/bff/logout`, { method: 'POST', headers: PAGE });
    expect(answer.status).toBe(200);
    expect((await rowOf('hal')).endCause).toBe('rp_initiated');
  });

  describe('a session that needs a sign-in first', () => {
    const needy = async (sub: string, reauthReason: string) => {
      suite().idp.introspection = () => active;
      const { visitor } = await signIn(suite().idp, a(), sub, `${sub}-1`);
      await suite().database.ssoSession.updateMany({ where: { sub }, data: { reauthReason } });
      await until('the gateway has heard of it', async () =>
        (await userOf(visitor, a())).status === 401 ? true : undefined,
      );
      return visitor;
    };

    it.each(['tokens_gone', 'idp_asks', 'held', 'unknown_too_long'])(
      'for %s: every way in says so, it has not ended, and a silent sign-in heals it',
      async (reason) => {
        const sub = `ida-${reason}`;
        const visitor = await needy(sub, reason);
        for (const [path] of WAYS) {
          const { status, text } = await visitor.get(a() + path, PAGE);
          expect([status, problemOf(text)]).toMatchObject([401, { type: 'urn:sso:problem:sign-in-needed', reason }]);
        }
        const frame = await visitor.get(`${a()}/bff/silent-login?rid=1`);
        expect(messageOf(frame)).toBeUndefined(); // it leaves for the IdP, though that has just confirmed the session
        expect((await rowOf(sub)).endedAt).toBeNull();
        await signIn(suite().idp, a(), sub, `${sub}-1`, visitor);
        expect((await userOf(visitor, a())).status).toBe(200);
      },
    );

    it('a page that a proxy asks for is sent to the silent sign-in', async () => {
      const visitor = await needy('jan', 'tokens_gone');
      const headers = { accept: 'text/html', 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/page' };
      const seen = await ask(`${a()}/bff/verify?redirect=1`, { visitor, headers });
      expect(seen.headers.location).toBe(`${a()}/bff/login?returnUrl=%2Fpage&prompt=none`);
    });
  });
});
