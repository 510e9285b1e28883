import { describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { connectNats } from '#bus';
import { decodeSessionEnded } from '#session';
import type { Scripted } from '../support/scripted-idp.js';
import { active, inactive, pollersForSuite } from '../support/poller.js';
import { until } from '../support/until.js';

describe('the session-poller, as a process, against an IdP that misbehaves', () => {
  const { the, nats, startPoller, signIn, rowOf, eventsOf, isEnded, probesOf, probed, calibrate } = pollersForSuite();

  it('T135: ends a session that the IdP twice calls inactive, with one published event', async () => {
    await startPoller();
    await calibrate();
    const sid = await signIn('ana');
    await probed(3);
    the().idp.introspection = (form) => (form.get('token') === 'refresh-ana' ? inactive : active);
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
    const request = the().idp.received.find(({ path }) => path === '/introspect');
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
    the().idp.introspection = (form) => (form.get('token') === 'refresh-bob' ? answer : active);
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
    await the().idp.stop();
    await until('it does not know', async () =>
      (await rowOf(sid)).unknownReason === 'unreachable' ? true : undefined,
    );
    await the().idp.listen();
    await until('it knows again', async () => ((await rowOf(sid)).unknownReason === null ? true : undefined));
    expect(await isEnded(sid)).toBeUndefined();
  });

  it('ends nobody on a word that was never calibrated: "inactive" may mean "you may not ask"', async () => {
    await the().database.issuerHealth.deleteMany();
    await startPoller();
    the().idp.introspection = () => inactive;
    const sid = await signIn('dora');
    await until('it does not know', async () =>
      (await rowOf(sid)).unknownReason === 'uncalibrated' ? true : undefined,
    );
    await probed(3);
    expect(await isEnded(sid)).toBeUndefined();
  });

  it('our own IdP is believed from the first: a session that ends before it was ever asked about is found', async () => {
    await the().database.issuerHealth.deleteMany();
    the().idp.introspection = () => inactive;
    await startPoller({}, { profile: 'session-sync' });
    const sid = await signIn('ida');
    await until('it ends', () => isEnded(sid));
  });

  it('POL-07: a refresh token that has run out is no session that has ended', async () => {
    await startPoller();
    await calibrate();
    const sid = await signIn('eda');
    const exp = Math.floor(Date.now() / 1000) + 30; // within the minute of tolerance: it counts as run out from now on
    the().idp.introspection = (form) =>
      form.get('token') === 'refresh-eda' ? { status: 200, body: { active: true, exp } } : active;
    await until('the poller knows when it runs out', async () =>
      (await rowOf(sid)).refreshExpiresAt === null ? undefined : true,
    );
    the().idp.introspection = (form) => (form.get('token') === 'refresh-eda' ? inactive : active);
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
    the().idp.introspection = (form) =>
      form.get('token') === 'refresh-emil' && (turn += 1) % 2 === 1 ? inactive : active;
    await until('eight answers about emil', () => (turn >= 8 ? true : undefined));
    expect(await isEnded(sid)).toBeUndefined();
  });
});
