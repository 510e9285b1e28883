import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstream } from '@nats-io/jetstream';
import { stringify } from 'yaml';
import { connectNats } from '#bus';
import { asyncApiDocument, contractSchemas, decodeSessionEnded, subjectOf } from '#session';
import { HubDatabase } from '#store';
import { freePort } from '../../scripts/stack/free-port.js';
import { appsForSuite, type RunningApp } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { type GatewayUnderTest, signIn, startGateway, userOf, usualSites } from '../support/gateway.js';
import { natsForSuite } from '../support/nats.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { until } from '../support/until.js';
import { Visitor } from '../support/visitor.js';

interface Report {
  readonly state: string;
  readonly publishedAt: string | null;
  readonly services: readonly { name: string; state: string; sessions: number; ms: number | null }[];
}

describe('a sign-out and its receipts: gateways, poller, NATS and a service, each a process', () => {
  const nats = natsForSuite();
  const apps = appsForSuite();
  let idp: ScriptedIdp;
  let hub: HubDatabase;
  let [gateway, second]: GatewayUnderTest[] = [];
  let notes: RunningApp[] = [];
  let notesEnv: Record<string, string> = {};
  let poller: RunningApp;

  beforeAll(async () => {
    idp = await ScriptedIdp.start();
    const [hubUrl, appUrl, port] = [await freshDatabase('hub'), await freshDatabase('app'), await freePort()];
    hub = new HubDatabase(hubUrl);
    const services = { notes: { origin: `http://127.0.0.1:${port}` } };
    const sites = (usual: Parameters<typeof usualSites>[0]) => ({ ...usualSites(usual), services });
    gateway = await startGateway(apps(), idp, hubUrl, {}, sites);
    second = await startGateway(apps(), idp, hubUrl, {}, sites);
    poller = await apps().start('session-poller', {
      ...{ HUB_DATABASE_URL: hubUrl, NATS_URL: nats().url, TOKEN_KEYS: apps().tokenKeys },
      ...{ CLIENT_SECRET: 'secret-of-the-gateway', IDPS: stringify(usualSites({ issuer: idp.issuer, origins: [] })) },
    });
    const trust = { GATEWAY_URL: gateway.a, TRUSTED_ISSUER: idp.issuer };
    notesEnv = { DATABASE_URL: appUrl, NATS_URL: nats().url, ...trust };
    notes = [await apps().start('notes', { ...notesEnv, PORT: String(port) }), await apps().start('notes', notesEnv)];
  }, 120_000);
  afterAll(async () => {
    await hub.$disconnect();
    await idp.stop();
  });

  const enter = async (sub: string): Promise<Visitor> => {
    const { visitor } = await signIn(idp, gateway!.a, sub, `${sub}-1`);
    await until('the service has the session', async () =>
      (await visitor.get(`${gateway!.a}/bff/api/notes/notes`, { 'x-csrf': '1' })).status === 200 ? true : undefined,
    );
    return visitor;
  };
  const leave = async (visitor: Visitor): Promise<string> => {
    const seen = await visitor.send(`${gateway!.a}/bff/logout`, { method: 'POST', headers: { 'x-csrf': '1' } });
    expect(seen.status).toBe(200);
    return (JSON.parse(seen.text) as { logoutId: string }).logoutId;
  };
  const reportOf = async (id: string, at = gateway!, query = ''): Promise<Report> =>
    JSON.parse((await new Visitor().get(`${at.a}/bff/logout/${id}${query}`)).text) as Report;
  const whenComplete = (id: string, at = gateway!) =>
    until('all have signed out', async () => {
      const report = await reportOf(id, at, '?waitMs=2000');
      return report.state === 'complete' ? report : undefined;
    });

  it('is complete once the service has applied it: one receipt though it has two replicas, on every gateway', async () => {
    const id = await leave(await enter('ana'));
    for (const at of [gateway!, second!]) {
      const report = await whenComplete(id, at);
      expect(report.services).toEqual([expect.objectContaining({ name: 'notes', state: 'signed_out', sessions: 1 })]);
      expect(report.publishedAt).not.toBeNull();
    }
    expect(await hub.receipt.count({ where: { service: 'notes' } })).toBe(1);
    const page = await new Visitor().get(`${gateway!.a}/bff/logout/${id}`, { accept: 'text/html' });
    expect(page.text).toContain('<h1>Signed out of 1 of 1</h1>');
    expect(page.text).not.toContain('http-equiv="refresh"');
  });

  it('EVT-01, EVT-06, EVT-07: the event is published whole, by its id, under the subject that its schema names', async () => {
    const id = await leave(await enter('fay'));
    await whenComplete(id);
    const row = await hub.outboxEvent.findFirstOrThrow({ where: { causeId: id } });
    const connection = await connectNats(nats().url, 'test');
    const manager = await jetstream(connection).jetstreamManager();
    const message = await manager.streams.getMessage('SSO_LOGOUT_V1', { last_by_subj: row.subject });
    expect(message?.header.get('Content-Type')).toBe('application/cloudevents+json');
    expect(message?.header.get('Nats-Msg-Id')).toBe(row.id);
    expect(message?.json()).toEqual(row.payload);
    expect(subjectOf(decodeSessionEnded(message?.json()))).toBe(row.subject);
    await connection.close();
  });

  it('a receipt that is forged, comes again, or is about nothing that happened changes no report', async () => {
    const id = await leave(await enter('eve'));
    await whenComplete(id);
    const { id: event } = await hub.outboxEvent.findFirstOrThrow({ where: { causeId: id } });
    const connection = await connectNats(nats().url, 'test');
    const say = async (subject: string, service: string, about = event) => {
      const receipt = { event: about, iss: idp.issuer, service, sessions: 9, applied_at: new Date().toISOString() };
      await jetstream(connection).publish(`sso.v1.receipt.${subject}`, JSON.stringify(receipt));
    };
    await say('notes', 'billing');
    await say('notes', 'notes');
    await say('notes', 'notes', 'never-told');
    const metrics = () => fetch(`${poller.origin}/metrics`).then((response) => response.text());
    const figures = await until('all three are gathered', async () => {
      const told = await metrics();
      const seen = ['again', 'unknown_event'].map(
        (outcome) => `sso_receipts_total{service="notes",outcome="${outcome}"}`,
      );
      return seen.every((figure) => told.includes(figure)) ? told : undefined;
    });
    expect(figures).toMatch(/^sso_ending_applied_seconds_count\{service="notes"\} [1-9]/m);
    expect(figures).not.toContain('billing');
    const dead = await (
      await jetstream(connection).jetstreamManager()
    ).streams.getMessage('SSO_DLQ_V1', {
      last_by_subj: 'sso.v1.dlq.receipt.receipts',
    });
    expect(dead?.json()).toMatchObject({ event, service: 'billing' });
    await connection.close();
    const { services } = await reportOf(id);
    expect(services).toEqual([expect.objectContaining({ name: 'notes', state: 'signed_out', sessions: 1 })]);
    expect(await hub.hearer.findMany({ select: { service: true } })).toEqual([{ service: 'notes' }]);
  });

  it('shows whoever writes a service what it will hear: to be cached, and without a session', async () => {
    const at = (path: string, headers = {}) => fetch(`${gateway!.a}/bff/${path}`, { headers });
    const document = await at('asyncapi.json');
    expect(document.headers.get('content-type')).toMatch(/^application\/vnd\.aai\.asyncapi\+json; version="?3\.0\.0\b/);
    expect(document.headers.get('cache-control')).toBe('public, max-age=300');
    expect(await document.json()).toEqual(JSON.parse(JSON.stringify(asyncApiDocument())));
    for (const [name, made] of Object.entries(contractSchemas())) {
      const schema = await at(`schemas/${name}`);
      expect(schema.headers.get('content-type')).toMatch(/^application\/schema\+json/);
      expect(await schema.json()).toEqual(made);
      const etag = schema.headers.get('etag') ?? '';
      for (const known of [etag, `W/${etag}`, `"old", ${etag}`])
        expect((await at(`schemas/${name}`, { 'if-none-match': known })).status).toBe(304);
      expect((await at(`schemas/${name}`, { 'if-none-match': '"old"' })).status).toBe(200);
    }
    expect((await at('schemas/..%2Fx')).status).toBe(404);
    expect((await at('schemas/constructor')).status).toBe(404);
  });

  it('is pending while the service is down, says so to a person too, and complete once it is back', async () => {
    const visitor = await enter('bob');
    await Promise.all(notes.map((replica) => replica.stop()));
    const id = await leave(visitor);
    await until('it is published', async () => ((await reportOf(id)).publishedAt === null ? undefined : true));
    const report = await reportOf(id, gateway, '?waitMs=300');
    expect(report).toMatchObject({ state: 'pending', services: [{ name: 'notes', state: 'pending', ms: null }] });
    const page = await new Visitor().get(`${gateway!.a}/bff/logout/${id}`, { accept: 'text/html' });
    expect(page.text).toContain('<h1>Signed out of 0 of 1</h1>');
    expect(page.text).toContain('http-equiv="refresh"');
    notes = [await apps().start('notes', { ...notesEnv, PORT: String(notes[0]!.port) })];
    expect((await whenComplete(id)).services).toEqual([expect.objectContaining({ name: 'notes', sessions: 1 })]);
  }, 90_000);

  it('T168: NATS down: sign-out answers 303 all the same and the IdP 200; the rest follows when it is back', async () => {
    const [cid, dan] = [await enter('cid'), await enter('dan')];
    const url = String((await userOf(cid, gateway!.a)).claims.get('bff:logout_url'));
    await nats().stop();
    expect((await cid.get(`${gateway!.a}${url}`)).status).toBe(303);
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    const body = new URLSearchParams({
      logout_token: await idp.sign({ aud: 'gateway', jti: 't168', sid: 'dan-1', events }, { typ: 'logout+jwt' }),
    });
    const told = await new Visitor().send(`${gateway!.a}/bff/backchannel`, { method: 'POST', body });
    expect(told.status).toBe(200);
    for (const visitor of [cid, dan]) expect((await userOf(visitor, gateway!.a)).status).toBe(401);
    const ofCid = await hub.ssoSession.findFirstOrThrow({ where: { sub: 'cid' } });
    const { causeId } = await hub.outboxEvent.findFirstOrThrow({ where: { sid: ofCid.id } });
    expect(await reportOf(causeId)).toMatchObject({ state: 'pending', publishedAt: null });
    await nats().start();
    await whenComplete(causeId);
    await until('the other event goes out too', async () =>
      (await hub.outboxEvent.count({ where: { publishedAt: null } })) === 0 ? true : undefined,
    );
  }, 90_000);
});
