import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { v7 as uuidv7 } from 'uuid';
import { connectNats, ensureStream, JetStreamPublisher, logoutStream } from '#bus';
import { importAssertionKey, signAssertion, toPublicJwk } from '#oidc';
import { encodeSessionEnded, parseSid, parseSub, type SessionEnded, type Sid, subjectOf } from '#session';
import { AppDatabase } from '#store';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '../../scripts/stack/free-port.js';
import { appsForSuite, type RunningApp } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { natsForSuite } from '../support/nats.js';
import { ISSUER } from '../support/sign-ins.js';
import { until } from '../support/until.js';

const GATEWAY = 'http://gateway.test';

describe('a service, as a process, and the endings that it hears', () => {
  const nats = natsForSuite();
  const apps = appsForSuite();
  let url: string;
  let database: AppDatabase;
  let keys: Server;
  let publisher: JetStreamPublisher;
  let connection: NatsConnection;
  let manager: JetStreamManager;
  let notes: RunningApp;

  const env = () => ({
    ...{ DATABASE_URL: url, NATS_URL: nats().url, GATEWAY_URL: GATEWAY, TRUSTED_ISSUER: ISSUER },
    GATEWAY_JWKS_URL: `http://127.0.0.1:${(keys.address() as AddressInfo).port}/`,
  });
  beforeAll(async () => {
    url = await freshDatabase('app');
    database = new AppDatabase(url);
    keys = createServer((_, response) =>
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ keys: [toPublicJwk(apps().assertionKey)] })),
    );
    await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
    connection = await connectNats(nats().url, 'test');
    manager = await jetstreamManager(connection);
    await ensureStream(manager, logoutStream(1));
    publisher = new JetStreamPublisher(nats().url, 'test-publisher', logoutStream(1));
    await publisher.start();
    notes = await apps().start('notes', env());
  }, 90_000);
  afterAll(async () => {
    await publisher.stop();
    await connection.close();
    await database.$disconnect();
    keys.closeAllConnections();
    keys.close();
  });

  const newSid = () => parseSid(uuidv7())!;
  const assertionOf = async (
    sid: Sid,
    changes: Partial<Parameters<typeof signAssertion>[0]> = {},
    issuedAt = new Date(),
  ) =>
    signAssertion(
      {
        ...{ iss: GATEWAY, aud: 'notes', sid, idp: ISSUER, sub: 'ana', clientId: 'gateway' },
        ...{
          openedAt: new Date(Date.now() - 60_000),
          expiresAt: new Date(Date.now() + 3_600_000),
          authTime: undefined,
          ...changes,
        },
      },
      await importAssertionKey(apps().assertionKey),
      issuedAt,
    );
  const ask = async (service: RunningApp, assertion?: string) => {
    const response = await fetch(`${service.origin}/notes`, {
      headers: assertion === undefined ? {} : { authorization: `Bearer ${assertion}` },
    });
    return { status: response.status, body: (await response.json()) as { type?: string; reason?: string } };
  };
  const ending = (sid: Sid, id = `event-of-${sid}`): SessionEnded => ({
    ...{
      id,
      source: 'urn:test',
      scope: 'session',
      iss: ISSUER,
      sid,
      sub: parseSub('ana')!,
      tenant: undefined,
      effectiveAt: new Date(),
      detectedAt: new Date(),
    },
    ...{
      cause: 'operator',
      causeId: 'test',
      evidence: { method: 'test', strength: 'strong', probes: 0 },
      initiatingEntity: 'admin',
    },
  });
  const publish = (event: SessionEnded, payload: unknown = encodeSessionEnded(event)) =>
    publisher.publish({ eventId: event.id, subject: subjectOf(event), payload });
  const untilRefused = async (service: RunningApp, assertion: string) =>
    until('the service refuses', async () => {
      const seen = await ask(service, assertion);
      return seen.status === 401 ? seen : undefined;
    });

  it('lets a session in, and refuses it with the reason once it has ended, though the assertion is still valid', async () => {
    const sid = newSid();
    const assertion = await assertionOf(sid);
    expect((await ask(notes, assertion)).status).toBe(200);
    await publish(ending(sid));
    expect((await untilRefused(notes, assertion)).body).toMatchObject({
      type: 'urn:sso:problem:session-ended',
      reason: 'operator',
    });
  });

  it.each<[string, () => Promise<string | undefined>]>([
    ['no assertion', () => Promise.resolve(undefined)],
    ['garbage', () => Promise.resolve('a.b.c')],
    ['an assertion for another service', () => assertionOf(newSid(), { aud: 'billing' })],
    ['an assertion of another gateway', () => assertionOf(newSid(), { iss: 'http://evil.test' })],
    ['an assertion about a person of another IdP', () => assertionOf(newSid(), { idp: 'https://evil.example' })],
    ['an assertion that is two minutes old', () => assertionOf(newSid(), {}, new Date(Date.now() - 120_000))],
  ])('refuses %s', async (_name, make) => {
    const seen = await ask(notes, await make());
    expect([seen.status, seen.body.type]).toEqual([401, 'urn:sso:problem:not-signed-in']);
  });

  it('refuses a session that is past its end', async () => {
    const seen = await ask(notes, await assertionOf(newSid(), { expiresAt: new Date(Date.now() - 1_000) }));
    expect(seen.body).toMatchObject({ type: 'urn:sso:problem:session-ended', reason: 'expired' });
  });

  it('T171: an ending that comes before the session’s first request is kept', async () => {
    const sid = newSid();
    await publish(ending(sid));
    await until('the mark is there', async () =>
      (await database.revocationMark.count({ where: { key: sid } })) > 0 ? true : undefined,
    );
    expect((await ask(notes, await assertionOf(sid))).body.reason).toBe('operator');
  });

  it('T160: the same event twice revokes once', async () => {
    const sid = newSid();
    await ask(notes, await assertionOf(sid));
    await publish(ending(sid));
    const first = await until(
      'revoked',
      async () => (await database.appSession.findFirst({ where: { sid, revokedAt: { not: null } } })) ?? undefined,
    );
    await publish(ending(sid, 'the same ending, told by somebody else'));
    await drained('notes');
    expect(await database.appSession.findFirst({ where: { sid } })).toEqual(first);
  });

  it('T164, T165: what can’t be read or believed goes to the dead letters and changes nothing', async () => {
    const [sid, before] = [newSid(), await deadLetters()];
    const assertion = await assertionOf(sid);
    await ask(notes, assertion);
    const event = ending(sid);
    const { data, ...envelope } = encodeSessionEnded(event) as { data: object };
    for (const [id, payload] of Object.entries({
      text: 'not an event',
      'no iss': { ...envelope, data: { ...data, iss: undefined } },
      'no sid': { ...envelope, data: { ...data, sid: undefined } },
      'a wildcard for a sid': { ...envelope, data: { ...data, sid: '*' } },
      'an issuer that is not trusted': { ...envelope, data: { ...data, iss: 'https://evil.example' } },
    }))
      await publish({ ...event, id: `poison ${id}` }, payload);
    await until('five dead letters', async () => ((await deadLetters()) >= before + 5 ? true : undefined));
    expect((await ask(notes, assertion)).status).toBe(200);
  });

  it('EVT-11: an event of a major version to come is applied by what all versions keep, and holds nobody up', async () => {
    const sid = newSid();
    const event = ending(sid);
    const assertion = await assertionOf(sid);
    await ask(notes, assertion);
    await publish(event, { ...encodeSessionEnded(event), type: 'sso.session.ended.v2' });
    expect((await untilRefused(notes, assertion)).body.reason).toBe('unknown');
    await drained('notes');
  });

  it('hears again after NATS was killed, without being restarted', async () => {
    const sid = newSid();
    const assertion = await assertionOf(sid);
    expect((await ask(notes, assertion)).status).toBe(200);
    await nats().kill();
    expect((await ask(notes, assertion)).status).toBe(200); // SVC-08: no disconnection signs anybody out
    await nats().start();
    await until('it is published', () =>
      publish(ending(sid)).then(
        () => true,
        () => undefined,
      ),
    );
    await untilRefused(notes, assertion);
  });

  it('a service that was down refuses from its very first answer, and is ready only when it has applied all it missed', async () => {
    const billingUrl = await freshDatabase('app');
    const billingEnv = { ...env(), DATABASE_URL: billingUrl };
    const billing = await apps().start('billing', billingEnv);
    const sids = Array.from({ length: 300 }, newSid);
    const assertions = await Promise.all(sids.map((sid) => assertionOf(sid, { aud: 'billing' })));
    const read = (assertion: string) =>
      fetch(`${billing.origin}/invoices`, { headers: { authorization: `Bearer ${assertion}` } }).then(
        ({ status }) => status,
        () => 'refused',
      );
    expect(await read(assertions[0]!)).toBe(200);
    await billing.stop();
    await Promise.all(sids.map((sid) => publish(ending(sid))));
    const seen = new Set<number | string>();
    let watching = true;
    const watch = (async () => {
      while (watching) {
        seen.add(await read(assertions[0]!));
        seen.add(await read(assertions[299]!));
      }
    })();
    await apps().start('billing', { ...billingEnv, PORT: String(billing.port) });
    watching = false;
    await watch;
    expect([...seen].filter((status) => status !== 'refused' && status !== 503 && status !== 401)).toEqual([]);
    for (const assertion of assertions) expect(await read(assertion)).toBe(401);
  });

  it('starts without NATS, and then lets nobody in', async () => {
    const port = await freePort();
    const assertion = await assertionOf(newSid(), { aud: 'billing' });
    const started = apps().start('billing', {
      ...env(),
      NATS_URL: 'nats://127.0.0.1:9',
      DATABASE_URL: await freshDatabase('app'),
      PORT: String(port),
    });
    started.catch(() => undefined); // it never gets ready
    const answer = await until('it answers', async () =>
      fetch(`http://127.0.0.1:${port}/invoices`, { headers: { authorization: `Bearer ${assertion}` } }).catch(
        () => undefined,
      ),
    );
    expect([answer.status, await answer.json()]).toEqual([
      503,
      expect.objectContaining({ type: 'urn:sso:problem:catching-up' }),
    ]);
    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { status: 'unavailable', checks: { database: 'ok', endings: 'failed' } },
    ]);
  });

  const deadLetters = async () => {
    try {
      return (await manager.streams.info('SSO_DLQ_V1')).state.messages;
    } catch {
      return 0;
    }
  };
  const drained = (consumer: string) =>
    until('all is applied', async () => {
      const info = await manager.consumers.info('SSO_LOGOUT_V1', consumer);
      return info.num_pending === 0 && info.num_ack_pending === 0 ? true : undefined;
    });
});
