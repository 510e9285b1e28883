import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { connectNats } from '#bus';
import { decodeSessionEnded, type Sid } from '#session';
import { HubDatabase, PrismaSsoSessions, TokenCipher, parseTokenKeys } from '#store';
import { SystemClock } from '#http';
import { appsForSuite, type RunningApp } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { natsForSuite } from '../support/nats.js';
import { ScriptedIdp, type Scripted } from '../support/scripted-idp.js';
import { browserOf, signInOf } from '../support/sign-ins.js';
import { until } from '../support/until.js';

const INTERVAL_S = 0.4;

describe('the session-poller, as a process, against an IdP that misbehaves', () => {
  const nats = natsForSuite();
  const apps = appsForSuite();
  let idp: ScriptedIdp;
  let url: string;
  let database: HubDatabase;
  let pollers: RunningApp[] = [];
  const active: Scripted = { status: 200, body: { active: true, client_id: 'gateway' } };
  const inactive: Scripted = { status: 200, body: { active: false } };

  beforeAll(async () => {
    idp = await ScriptedIdp.start();
    url = await freshDatabase('hub');
    database = new HubDatabase(url);
  }, 60_000);
  afterEach(async () => {
    await Promise.all(pollers.map((poller) => poller.stop()));
    pollers = [];
    await database.ssoSession.updateMany({ data: { expiresAt: new Date(0) } }); // what a test left is no other test's
  });
  afterAll(async () => {
    await database.$disconnect();
    await idp.stop();
  });

  const startPoller = async (env: Readonly<Record<string, string>> = {}) => {
    const poller = await apps().start('session-poller', {
      ...{
        HUB_DATABASE_URL: url,
        NATS_URL: nats().url,
        ISSUER: idp.issuer,
        CLIENT_ID: 'gateway',
        CLIENT_SECRET: 'secret-of-the-gateway',
      },
      ...{
        ISSUER_PROFILE: 'oidc-provider',
        UNSAFE_POLL_INTERVAL_S: String(INTERVAL_S),
        TOKEN_KEYS: apps().tokenKeys,
        ...env,
      },
    });
    pollers.push(poller);
    return poller;
  };
  const signIn = async (sub: string): Promise<Sid> => {
    const [key, ...more] = parseTokenKeys(apps().tokenKeys)!;
    const clock = new SystemClock();
    const origin = { source: 'urn:test', tenant: undefined };
    const sessions = new PrismaSsoSessions(database, new TokenCipher([key!, ...more]), clock, origin);
    const opened = await sessions.open(
      signInOf(sub, clock.now(), { iss: idp.issuer }),
      browserOf(randomUUID(), clock.now()),
    );
    if (opened.kind !== 'opened') throw new Error('refused');
    return opened.sid;
  };
  const rowOf = (sid: Sid) => database.ssoSession.findUniqueOrThrow({ where: { id: sid } });
  const eventsOf = (sid: Sid) => database.outboxEvent.findMany({ where: { sid } });
  const isEnded = async (sid: Sid) => ((await rowOf(sid)).endedAt === null ? undefined : true);
  const probesSince = (from: number) => idp.received.slice(from).filter(({ path }) => path === '/introspect').length;
  const probesOf = (sub: string) => idp.received.filter(({ form }) => form.get('token') === `refresh-${sub}`).length;
  /** Lets the poller ask at least `count` times more. */
  const probed = async (count: number) => {
    const from = idp.received.length;
    await until(`${count} more probes`, () => (probesSince(from) >= count ? true : undefined));
  };
  const calibrate = async () => {
    idp.introspection = () => active;
    const sid = await signIn('canary');
    await until('the first probe says active', async () =>
      (await rowOf(sid)).idpCheckedAt > (await rowOf(sid)).openedAt ? true : undefined,
    );
  };

  it('T135: ends a session that the IdP twice calls inactive, with one published event', async () => {
    await startPoller();
    await calibrate();
    const sid = await signIn('ana');
    await probed(3);
    idp.introspection = (form) => (form.get('token') === 'refresh-ana' ? inactive : active);
    await until('the session ends', () => isEnded(sid));
    const [event, ...more] = await until('the event is published', async () => {
      const events = await eventsOf(sid);
      return events.every(({ publishedAt }) => publishedAt !== null) ? events : undefined;
    });
    expect(more).toEqual([]);
    const connection = await connectNats(nats().url, 'test');
    const manager = await jetstreamManager(connection);
    const message = await manager.streams.getMessage('SSO_LOGOUT_V1', { last_by_subj: event!.subject });
    expect(decodeSessionEnded(message?.json())).toMatchObject({
      sid,
      cause: 'poll_session_ended',
      evidence: { method: 'introspect', probes: 2 },
    });
    await connection.close();
  });

  it('authenticates as the client that owns the token, and asks about the refresh token', async () => {
    await startPoller();
    await calibrate();
    const request = idp.received.find(({ path }) => path === '/introspect');
    expect(request?.authorization).toBe(`Basic ${Buffer.from('gateway:secret-of-the-gateway').toString('base64')}`);
    expect(request?.form.get('token_type_hint')).toBe('refresh_token');
  });

  it.each<[string, Scripted]>([
    ['T130: 500', { status: 500, body: { error: 'server_error' } }],
    ['T130: 502 with HTML', { status: 502, body: '<h1>Bad gateway</h1>' }],
    ['T130: 503 with Retry-After', { status: 503, body: {}, headers: { 'retry-after': '1' } }],
    ['200 with HTML', { status: 200, body: '<h1>{"active": false}</h1>' }],
    ['200 with {"active":"false"}', { status: 200, body: { active: 'false' } }],
    ['200 with nothing', { status: 200, body: {} }],
    ['T132: 401 invalid_client', { status: 401, body: { error: 'invalid_client' } }],
    ['T133: 404', { status: 404, body: { error: 'not_found' } }],
    ['T133: 301 to elsewhere', { status: 301, body: {}, headers: { location: 'http://127.0.0.1:9/introspect' } }],
    ['429', { status: 429, body: {} }],
    ['active, but another client’s', { status: 200, body: { active: true, client_id: 'somebody-else' } }],
    ['active, but another person’s', { status: 200, body: { active: true, client_id: 'gateway', sub: 'eve' } }],
  ])('ends nobody for %s', async (_name, answer) => {
    await startPoller();
    await calibrate();
    const sid = await signIn('bob');
    idp.introspection = (form) => (form.get('token') === 'refresh-bob' ? answer : active);
    const row = await until('the poller says that it does not know', async () => {
      const seen = await rowOf(sid);
      return seen.unknownReason === null ? undefined : seen;
    });
    const before = probesOf('bob');
    await until('bob is asked about three times more', () => (probesOf('bob') >= before + 3 ? true : undefined));
    expect(row.endedAt).toBeNull();
    expect(await isEnded(sid)).toBeUndefined();
    expect(await eventsOf(sid)).toEqual([]);
  });

  it('ends nobody while the IdP is away, and goes on when it is back', async () => {
    await startPoller();
    await calibrate();
    const sid = await signIn('cleo');
    await idp.stop();
    await until('it does not know', async () =>
      (await rowOf(sid)).unknownReason === 'unreachable' ? true : undefined,
    );
    await idp.listen();
    await until('it knows again', async () => ((await rowOf(sid)).unknownReason === null ? true : undefined));
    expect(await isEnded(sid)).toBeUndefined();
  });

  it('ends nobody on a word that was never calibrated: "inactive" may mean "you may not ask"', async () => {
    await database.issuerHealth.deleteMany();
    await startPoller();
    idp.introspection = () => inactive;
    const sid = await signIn('dora');
    await until('it does not know', async () =>
      (await rowOf(sid)).unknownReason === 'uncalibrated' ? true : undefined,
    );
    await probed(3);
    expect(await isEnded(sid)).toBeUndefined();
  });

  it('POL-07: a refresh token that has run out is no session that has ended', async () => {
    await startPoller();
    await calibrate();
    const sid = await signIn('eda');
    const exp = Math.floor(Date.now() / 1000) + 30; // within the minute of tolerance: it counts as run out from now on
    idp.introspection = (form) =>
      form.get('token') === 'refresh-eda' ? { status: 200, body: { active: true, exp } } : active;
    await until('the poller knows when it runs out', async () =>
      (await rowOf(sid)).refreshExpiresAt === null ? undefined : true,
    );
    idp.introspection = (form) => (form.get('token') === 'refresh-eda' ? inactive : active);
    await until('it does not know', async () =>
      (await rowOf(sid)).unknownReason === 'token_expired' ? true : undefined,
    );
    expect(await isEnded(sid)).toBeUndefined();
  });

  it('one "inactive" between two "active" ends nobody', async () => {
    await startPoller();
    await calibrate();
    const sid = await signIn('emil');
    let turn = 0;
    idp.introspection = (form) => (form.get('token') === 'refresh-emil' && (turn += 1) % 2 === 1 ? inactive : active);
    await until('eight answers about emil', () => (turn >= 8 ? true : undefined));
    expect(await isEnded(sid)).toBeUndefined();
  });

  it('T148: when a poller is killed between claim and record, another takes over after the lease: one event', async () => {
    const first = await startPoller({ LEASE_S: '15', CONCURRENCY: '1' });
    await calibrate();
    await database.ssoSession.updateMany({ data: { expiresAt: new Date(0) } }); // the canary has done its work
    idp.introspection = () => 'hang';
    const sid = await signIn('finn');
    await until('the poller holds the session and waits for the IdP', () =>
      idp.requestsHanging > 0 ? true : undefined,
    );
    const held = await rowOf(sid);
    await first.kill();
    idp.introspection = () => inactive;
    await database.ssoSession.update({ where: { id: sid }, data: { probeDueAt: new Date() } }); // the lease of 15 s, waited for
    await startPoller();
    await until('another poller ends it', () => isEnded(sid));
    expect((await rowOf(sid)).leaseId).not.toBe(held.leaseId);
    expect(await eventsOf(sid)).toHaveLength(1);
  });

  it('two pollers end a session once', async () => {
    await Promise.all([startPoller(), startPoller()]);
    await calibrate();
    const sids = await Promise.all(Array.from({ length: 10 }, (_, n) => signIn(`many-${n}`)));
    idp.introspection = (form) => (form.get('token')?.startsWith('refresh-many') === true ? inactive : active);
    for (const sid of sids) await until('it ends', () => isEnded(sid));
    expect(await database.outboxEvent.count({ where: { sid: { in: sids } } })).toBe(10);
  });

  it('loses nothing while NATS is down: endings wait in the outbox', async () => {
    await startPoller();
    await calibrate();
    const sid = await signIn('gus');
    await nats().kill();
    idp.introspection = (form) => (form.get('token') === 'refresh-gus' ? inactive : active);
    await until('it ends without NATS', () => isEnded(sid));
    expect((await eventsOf(sid))[0]?.publishedAt).toBeNull();
    await nats().start();
    await until('the event goes out when NATS is back', async () =>
      (await eventsOf(sid))[0]?.publishedAt === null ? undefined : true,
    );
  });

  it('starts without NATS, asks and ends all the same, and tells when NATS has come', async () => {
    idp.introspection = () => active;
    await nats().kill();
    const starting = startPoller();
    await calibrate();
    const sid = await signIn('hal');
    idp.introspection = (form) => (form.get('token') === 'refresh-hal' ? inactive : active);
    await until('it ends without NATS', () => isEnded(sid));
    await nats().start();
    await until('the event goes out', async () => ((await eventsOf(sid))[0]?.publishedAt === null ? undefined : true));
    await starting;
  });
});
