import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstreamManager } from '@nats-io/jetstream';
import { connectNats } from '#bus';
import { decodeSessionEnded, type Sid } from '#session';
import { active, inactive, pollersForSuite } from '../support/poller.js';
import { type Scripted, ScriptedIdp } from '../support/scripted-idp.js';
import { until } from '../support/until.js';

describe('the session-poller, as a process, against an IdP that misbehaves', () => {
  const { the, nats, keepPoller, signIn, rowOf, eventsOf, isEnded, probesOf, probed, calibrate } = pollersForSuite();
  let uncalibrated: ScriptedIdp;
  let ours: ScriptedIdp;

  beforeAll(async () => {
    [uncalibrated, ours] = await Promise.all([ScriptedIdp.start(), ScriptedIdp.start()]);
    const atFaults = Object.fromEntries(Object.keys(faults).map((name) => [name, {}])); // the breaker of one is no other's
    await keepPoller(
      {},
      {},
      {
        ...atFaults,
        uncalibrated: { issuer: uncalibrated.issuer },
        ours: { issuer: ours.issuer, profile: 'session-sync' },
      },
    );
    await calibrate();
  });
  afterAll(() => Promise.all([uncalibrated.stop(), ours.stop()]));

  it('T135: ends a session that the IdP twice calls inactive, with one published event', async () => {
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

  it('authenticates as the client that owns the token, and asks about the refresh token', () => {
    const request = the().idp.received.find(({ path }) => path === '/introspect');
    expect(request?.authorization).toBe(`Basic ${Buffer.from('gateway:secret-of-the-gateway').toString('base64')}`);
    expect(request?.form.get('token_type_hint')).toBe('refresh_token');
  });

  /** What the IdP says of a person's token, by the person's name. */
  const faults: Readonly<Record<string, readonly [answer: Scripted, reason: string]>> = {
    'T130-500': [{ status: 500, body: { error: 'server_error' } }, 'server'],
    'T130-502-html': [{ status: 502, body: '<h1>Bad gateway</h1>' }, 'server'],
    'T130-503-retry-after': [{ status: 503, body: {}, headers: { 'retry-after': '1' } }, 'server'],
    'T130-504': [{ status: 504, body: {} }, 'server'],
    'T130-reset': ['reset', 'unreachable'],
    'T130-timeout': ['hang', 'unreachable'],
    '200-without-end': ['endless', 'malformed'],
    '200-as-text': [{ status: 200, body: { active: false }, headers: { 'content-type': 'text/plain' } }, 'malformed'],
    '200-html': [{ status: 200, body: '<h1>{"active": false}</h1>' }, 'malformed'],
    '200-false-as-text': [{ status: 200, body: { active: 'false' } }, 'malformed'],
    '200-nothing': [{ status: 200, body: {} }, 'malformed'],
    'T132-401-invalid-client': [{ status: 401, body: { error: 'invalid_client' } }, 'config'],
    'T133-404': [{ status: 404, body: { error: 'not_found' } }, 'endpoint'],
    'T133-301-to-http': [{ status: 301, body: {}, headers: { location: 'http://127.0.0.1:9/introspect' } }, 'redirect'],
    '429': [{ status: 429, body: {} }, 'throttled'],
    'active-at-another-client': [{ status: 200, body: { active: true, client_id: 'somebody-else' } }, 'mismatch'],
    'active-of-another-person': [{ status: 200, body: { active: true, sub: 'eve' } }, 'mismatch'],
    'active-in-another-session': [{ status: 200, body: { active: true, sid: 'another' } }, 'mismatch'],
  };

  it('T130, T132, T133: ends nobody for what the network or a broken IdP says', async () => {
    the().idp.introspection = (form) => faults[form.get('token')?.slice('refresh-'.length) ?? '']?.[0] ?? active;
    const sids = new Map<string, Sid>();
    for (const name of Object.keys(faults)) sids.set(name, await signIn(name, { clientId: name }));
    const seen = new Map<string, string>();
    for (const [name, sid] of sids) {
      const leastProbes = name === 'T130-timeout' ? 1 : 3; // each takes 10 s
      const row = await until(`${name} is asked about`, async () => {
        const found = await rowOf(sid);
        return found.unknownReason !== null && probesOf(name) >= leastProbes ? found : undefined;
      });
      seen.set(name, row.unknownReason ?? '');
      expect(row.endedAt).toBeNull();
      expect(await eventsOf(sid)).toEqual([]);
    }
    expect(Object.fromEntries(seen)).toEqual(
      Object.fromEntries(Object.entries(faults).map(([name, [, reason]]) => [name, reason])),
    );
  });

  it('ends nobody while the IdP is away, and goes on when it is back', async () => {
    const sid = await signIn('cleo');
    await the().idp.stop();
    await until('it does not know', async () =>
      (await rowOf(sid)).unknownReason === 'unreachable' ? true : undefined,
    );
    await the().idp.listen();
    await until('it knows again', async () => ((await rowOf(sid)).unknownReason === null ? true : undefined));
    expect(await isEnded(sid)).toBeUndefined();
  });

  it('POL-04: ends nobody on a word that was never calibrated: "inactive" may mean "you may not ask"', async () => {
    uncalibrated.introspection = () => inactive;
    const sid = await signIn('dora', { iss: uncalibrated.issuer, clientId: 'uncalibrated' });
    await until('it does not know', async () =>
      (await rowOf(sid)).unknownReason === 'uncalibrated' ? true : undefined,
    );
    const from = uncalibrated.received.length;
    await until('it is asked three times more', () => (uncalibrated.received.length >= from + 3 ? true : undefined));
    expect(await isEnded(sid)).toBeUndefined();
  });

  it('our own IdP is believed from the first: a session that ends before it was ever asked about is found', async () => {
    ours.introspection = () => inactive;
    const sid = await signIn('ida', { iss: ours.issuer, clientId: 'ours' });
    await until('it ends', () => isEnded(sid));
  });

  it('POL-07: a refresh token that has run out is no session that has ended', async () => {
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
    const sid = await signIn('emil');
    let turn = 0;
    the().idp.introspection = (form) =>
      form.get('token') === 'refresh-emil' && (turn += 1) % 2 === 1 ? inactive : active;
    await until('eight answers about emil', () => (turn >= 8 ? true : undefined));
    expect(await isEnded(sid)).toBeUndefined();
  });
});
