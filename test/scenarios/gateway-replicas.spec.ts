import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { EventTab } from '../support/event-tab.js';
import {
  answerTo,
  codesSent,
  comeBack,
  depart,
  type Departure,
  type GatewayUnderTest,
  redeemFor,
  signIn,
  userOf,
  usualSites,
} from '../support/gateway.js';
import { natsForSuite } from '../support/nats.js';
import { LoneVisitor, replicasForSuite } from '../support/replicas.js';
import { until } from '../support/until.js';
import type { Seen, Visitor } from '../support/visitor.js';

const DISCOVERY = '/.well-known/openid-configuration';

// A replica that dies while it refreshes tokens: gateway-refresh.spec.ts, T142.
describe('two replicas behind one address, one of them killed in the middle', () => {
  const nats = natsForSuite();
  const { replicas, apps } = replicasForSuite();
  let victim: GatewayUnderTest;
  let victimLives = false;
  let survivor: GatewayUnderTest;
  const address = () => replicas().address;
  const use = ({ app }: GatewayUnderTest) => {
    replicas().front.to(app.port);
  };
  /** The victim dies, and the load balancer has noticed. */
  const lose = async () => {
    victimLives = false;
    await victim.app.kill();
    use(survivor);
    replicas().idp.paths.clear();
  };
  const hanging = () =>
    until('a request hangs at the IdP', () => (replicas().idp.requestsHanging > 0 ? true : undefined));
  const rowOf = (sub: string) => replicas().database.ssoSession.findFirstOrThrow({ where: { sub } });
  const untilEnded = (sub: string) =>
    until('it has ended', async () => ((await rowOf(sub)).endedAt === null ? undefined : true));
  const eventsOf = async (sub: string) =>
    replicas().database.outboxEvent.findMany({ where: { sid: (await rowOf(sub)).id } });
  /** An answer that never comes. */
  const never = (answer: Promise<Seen>) => expect(answer).rejects.toThrow();

  beforeAll(async () => {
    survivor = await replicas().one();
  }, 90_000);
  const beginWithVictim = async () => {
    victim = await replicas().one();
    victimLives = true;
    use(victim);
  };
  afterEach(async () => {
    if (victimLives) await lose(); // what a failed test leaves
  });

  /** Signs in from the start, as often as it takes: the answers that come are the IdP's to whatever it was asked last. */
  const finish = async (departure: Departure, sub: string) => {
    redeemFor(replicas().idp, departure, { sub, sid: `${sub}-1` });
    return comeBack(departure, answerTo(replicas().idp, departure));
  };
  const expectOneSession = async (sub: string, visitor: Visitor, browserSessions = 1) => {
    expect(await userOf(visitor, address())).toMatchObject({ status: 200 });
    const rows = await replicas().rowsOf(sub);
    expect(rows.map((row) => [row.endedAt, row.browserSessions.length])).toEqual([[null, browserSessions]]);
    expect(await replicas().database.loginTransaction.count()).toBe(0);
  };

  it('after it sent a person to the IdP: the other one finishes the sign-in', async () => {
    await beginWithVictim();
    const departure = await depart(address(), 'returnUrl=/inside', new LoneVisitor());
    await lose();
    expect(await finish(departure, 'ana')).toMatchObject({ status: 303, location: { pathname: '/inside' } });
    await expectOneSession('ana', departure.visitor);
  });

  it('while the IdP redeems the code: nothing half-made is left, the code goes nowhere again, the next try is good', async () => {
    await beginWithVictim();
    const { idp } = replicas();
    const departure = await depart(address(), 'returnUrl=/inside', new LoneVisitor());
    const before = codesSent(idp);
    idp.token = () => 'hang';
    const cut = never(comeBack(departure, answerTo(idp, departure)));
    await hanging();
    await lose();
    await cut;
    expect((await userOf(departure.visitor, address())).status).toBe(401);
    expect(await replicas().rowsOf('bo')).toEqual([]);
    const reloaded = await comeBack(departure, answerTo(idp, departure));
    expect([reloaded.status, reloaded.location?.pathname]).toEqual([303, '/bff/login']); // from the start, by itself
    const again = await depart(address(), 'returnUrl=/inside', departure.visitor);
    expect(await finish(again, 'bo')).toMatchObject({ status: 303, location: { pathname: '/inside' } });
    await expectOneSession('bo', departure.visitor);
    expect(codesSent(idp) - before).toBe(2);
  });

  it('after it opened the session and before the person heard so: one session all the same', async () => {
    await beginWithVictim();
    const departure = await depart(address(), 'returnUrl=/inside', new LoneVisitor());
    replicas().front.losesAnswers = true;
    const cut = never(finish(departure, 'cai'));
    await until('the session is open', async () => (await replicas().rowsOf('cai')).at(0));
    await lose();
    await cut;
    expect((await userOf(departure.visitor, address())).status).toBe(401);
    await finish(await depart(address(), 'returnUrl=/inside', departure.visitor), 'cai');
    await expectOneSession('cai', departure.visitor, 2); // the first one’s token is lost: nobody has it
  });

  it.each([
    { when: 'while it looks up where to sign out at the IdP', sub: 'dee', hangs: true },
    { when: 'when all is done and its answer is on its way', sub: 'eli', hangs: false },
  ])(
    '$when: the session has ended at the other one, its event goes out, and signing out again is no fault',
    async (row) => {
      use(survivor);
      const { visitor } = await signIn(replicas().idp, address(), row.sub, `${row.sub}-1`, new LoneVisitor());
      const url = `${address()}${String((await userOf(visitor, address())).claims.get('bff:logout_url'))}`;
      const tab = await EventTab.open(visitor, address(), { at: survivor.app.origin });
      await tab.heard('ready');
      await beginWithVictim();
      if (row.hangs) replicas().idp.paths.set(DISCOVERY, () => 'hang');
      else replicas().front.losesAnswers = true;
      const cut = never(visitor.get(url));
      if (row.hangs) await hanging();
      await untilEnded(row.sub);
      await lose();
      await cut;
      expect((await tab.heard('session-ended')).data).toEqual({ reason: 'rp_initiated' });
      expect((await userOf(visitor, address())).problem).toMatchObject({ reason: 'rp_initiated' });
      expect(await eventsOf(row.sub)).toMatchObject([{ publishedAt: null }]);
      const again = await visitor.get(url);
      expect([again.status, again.location?.origin]).toEqual([303, replicas().idp.issuer]); // which has not been told yet
      expect(await eventsOf(row.sub)).toHaveLength(1);
      const { issuer } = replicas().idp;
      const poller = await apps().start('session-poller', {
        ...{ HUB_DATABASE_URL: replicas().hubUrl, NATS_URL: nats().url, TOKEN_KEYS: apps().tokenKeys },
        ...{ CLIENT_SECRET: 'secret-of-the-gateway', IDPS: stringify(usualSites({ issuer, origins: [] })) },
      });
      await until('the event is published', async () => (await eventsOf(row.sub))[0]?.publishedAt ?? undefined);
      await poller.stop();
    },
  );

  it.each([
    { when: 'while it fetches the keys of the IdP', sub: 'finn', hangs: true },
    { when: 'before the IdP hears its 200', sub: 'gail', hangs: false },
  ])('by a logout token, $when: the IdP sends the same one again, and is answered 200; one event', async (row) => {
    use(survivor);
    const { idp } = replicas();
    const { visitor } = await signIn(idp, address(), row.sub, `${row.sub}-1`, new LoneVisitor());
    await beginWithVictim();
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    const logout_token = await idp.sign(
      { aud: 'gateway', sub: row.sub, sid: `${row.sub}-1`, jti: `of-${row.sub}`, events },
      { typ: 'logout+jwt' },
    );
    const tell = () =>
      new LoneVisitor().send(`${address()}/bff/backchannel`, {
        method: 'POST',
        body: new URLSearchParams({ logout_token }),
      });
    if (row.hangs) idp.paths.set('/jwks', () => 'hang');
    else replicas().front.losesAnswers = true;
    const cut = never(tell());
    await (row.hangs ? hanging() : untilEnded(row.sub));
    await lose();
    await cut;
    expect((await userOf(visitor, address())).status).toBe(row.hangs ? 200 : 401);
    for (let times = 0; times < 2; times += 1) expect((await tell()).status).toBe(200);
    expect((await userOf(visitor, address())).problem).toMatchObject({ reason: 'backchannel_logout' });
    expect(await eventsOf(row.sub)).toHaveLength(1);
  });
});

describe('a gateway whose Postgres goes away and comes back', () => {
  const { replicas } = replicasForSuite();

  it('answers 503 meanwhile, signs nobody out, and goes on by itself', async () => {
    const gateway = await replicas().one();
    replicas().front.to(gateway.app.port);
    const { idp, address } = replicas();
    const [{ visitor }, departure] = [
      await signIn(idp, address, 'ana', 'ana-1', new LoneVisitor()),
      await depart(address, 'returnUrl=/inside', new LoneVisitor()),
    ];
    const tab = await EventTab.open(visitor, address);
    await tab.heard('ready');

    replicas().postgres.cut();
    await until('it is known that nothing is known', async () => {
      const { status, headers } = await visitor.get(`${address}/bff/user`, { 'x-csrf': '1' });
      expect(headers.getSetCookie()).toEqual([]);
      expect([200, 503]).toContain(status);
      return status === 503 ? true : undefined;
    });
    expect((await visitor.get(`${address}/bff/verify`, { 'x-forwarded-method': 'GET' })).status).toBe(503);
    expect((await visitor.get(`${address}/bff/api/notes/`, { 'x-csrf': '1' })).status).toBe(503);
    expect((await new LoneVisitor().get(`${address}/bff/login`)).status).toBe(503);
    const away = await visitor.send(`${address}/bff/logout`, { method: 'POST', headers: { 'x-csrf': '1' } });
    expect(away.status).toBe(503);
    expect(tab.events.map(({ event }) => event)).not.toContain('session-ended');

    replicas().mend();
    await until('the person is known again', async () => {
      const { status } = await userOf(visitor, address);
      expect([200, 503]).toContain(status);
      return status === 200 ? true : undefined;
    });
    redeemFor(idp, departure, { sub: 'ben', sid: 'ben-1' });
    expect((await comeBack(departure, answerTo(idp, departure))).status).toBe(303);
    expect((await userOf(departure.visitor, address)).status).toBe(200);
    expect(await replicas().database.ssoSession.count({ where: { endedAt: null } })).toBe(2);
    tab.close();
  }, 90_000);
});
