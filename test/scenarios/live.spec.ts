import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CookieJar } from 'tough-cookie';
import { WebSocket } from 'ws';
import { stringify } from 'yaml';
import { freePort } from '../../scripts/stack/free-port.js';
import { newSid, endingOf, ServiceSuite } from '../support/service.js';
import { appsForSuite, type RunningApp } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { type FlowIdp, ownIdpForSuite } from '../support/flow-idps.js';
import { Browser } from '../../scripts/demo/browser.js';
import { natsForSuite } from '../support/nats.js';
import { endOf, messageFrom } from '../support/sockets.js';
import { until } from '../support/until.js';

const port = await freePort();
const at = { a: `http://localhost:${port}`, b: `http://127.0.0.1:${port}` };

describe('what lives longer than a request: gateway, IdP, poller and services as processes', () => {
  const nats = natsForSuite();
  const apps = appsForSuite();
  const idpOf = ownIdpForSuite(at);
  let idp: FlowIdp;
  let suite: ServiceSuite;
  let [notes, billing]: [RunningApp | undefined, RunningApp | undefined] = [undefined, undefined];

  beforeAll(async () => {
    idp = idpOf();
    const hub = await freshDatabase('hub');
    suite = await ServiceSuite.start(apps(), nats().url);
    const hubEnv = { HUB_DATABASE_URL: hub, CLIENT_SECRET: idp.secret, TOKEN_KEYS: apps().tokenKeys };
    const keys = `${at.a}/.well-known/jwks.json`;
    const serviceEnv = { ...suite.env, GATEWAY_URL: at.a, GATEWAY_JWKS_URL: keys, TRUSTED_ISSUER: idp.issuer };
    [notes, billing] = await Promise.all([
      apps().start('notes', serviceEnv),
      apps().start('billing', { ...serviceEnv, DATABASE_URL: await freshDatabase('app') }),
    ]);
    const services = { notes: { origin: notes.origin }, billing: { origin: billing.origin } };
    const sites = {
      idps: { main: idp.entry },
      services,
      frontEnds: [at.a, at.b].map((origin) => ({ origin, services: Object.keys(services) })),
    };
    const { client, issuer } = idp.entry as { readonly client: object; readonly issuer: string };
    await Promise.all([
      apps().start('gateway', {
        ...{ ...hubEnv, PORT: String(port), GATEWAY_URL: at.a, FRONT_ENDS: stringify(sites) },
        ASSERTION_KEYS: JSON.stringify(apps().assertionKey),
      }),
      apps().start('session-poller', {
        ...{ ...hubEnv, NATS_URL: nats().url },
        IDPS: stringify({ idps: { main: { issuer, client, profile: 'oidc-provider' } } }),
      }),
    ]);
  }, 120_000);
  afterAll(() => suite.stop());

  const jars = new WeakMap<Browser, CookieJar>();
  const signedIn = async (login: string): Promise<Browser> => {
    const jar = new CookieJar();
    const browser = new Browser(jar);
    jars.set(browser, jar);
    await idp.travel(browser, `${at.a}/bff/login?returnUrl=/inside`, login);
    return browser;
  };
  const cookieOf = (browser: Browser) => jars.get(browser)!.getCookieString(`${at.a}/`);
  const sidOf = async (browser: Browser): Promise<string> => {
    const { body } = await browser.ask(`${at.a}/bff/user?slide=false`);
    return String((body as { type: string; value: unknown }[]).find(({ type }) => type === 'sid')?.value);
  };
  const liveThroughGateway = async (browser: Browser) =>
    new WebSocket(`${at.a.replace('http', 'ws')}/bff/api/notes/live`, {
      origin: at.a,
      headers: { cookie: await cookieOf(browser) },
    });
  const liveDirectly = (authorization?: string) =>
    new WebSocket(`${notes!.origin.replace('http', 'ws')}/live`, {
      headers: authorization === undefined ? {} : { authorization },
    });
  const heardBy = (socket: WebSocket): unknown[] => {
    const heard: unknown[] = [];
    socket.on('message', (text: Buffer) => heard.push(JSON.parse(text.toString())));
    return heard;
  };
  const addNote = async (browser: Browser, text: string) => {
    const headers = { cookie: await cookieOf(browser), 'x-csrf': '1', 'content-type': 'application/json' };
    const body = JSON.stringify({ text });
    expect((await fetch(`${at.a}/bff/api/notes/notes`, { method: 'POST', headers, body })).status).toBe(201);
  };

  it('a WebSocket through the gateway hears of a new note, and of the sign-out at the IdP', async () => {
    const [ana, ben] = [await signedIn('ana'), await signedIn('ben')];
    const [ofAna, ofBen] = [await liveThroughGateway(ana), await liveThroughGateway(ben)];
    const [toAna, toBen] = [heardBy(ofAna), heardBy(ofBen)];
    await until('both are admitted', () => (toAna.length > 0 && toBen.length > 0) || undefined);
    await addNote(ana, 'buy milk');
    await until('it is told', () => toAna.length > 1 || undefined);
    expect(toAna).toMatchObject([{ event: 'ready' }, { event: 'note', data: { text: 'buy milk' } }]);
    const ended = endOf(ofAna);
    await idp.travel(ana, idp.signOutUrl, 'ana');
    expect(await ended).toMatchObject({ code: 4401 });
    expect([ofBen.readyState, toBen]).toEqual([WebSocket.OPEN, [{ event: 'ready' }]]);
    ofBen.close();
  });

  it('a WebSocket straight to the service ends too, with the cause, when the person signs out at the IdP', async () => {
    const ana = await signedIn('ana');
    const [sid, sub] = [await sidOf(ana), idp.subOf('ana')];
    const assertion = await suite.assertionOf(sid as ReturnType<typeof newSid>, { iss: at.a, idp: idp.issuer, sub });
    const socket = liveDirectly(`Bearer ${assertion}`);
    expect(JSON.parse((await messageFrom(socket)).text)).toEqual({ event: 'ready' });
    const ended = endOf(socket);
    await idp.travel(ana, idp.signOutUrl, 'ana');
    expect(await ended).toEqual({ code: 4401, reason: 'backchannel_logout' });
    expect(await endOf(liveDirectly(`Bearer ${assertion}`))).toMatchObject({ code: 4401 });
  });

  it('nobody is told anything on a WebSocket without a session, or with one that is made up', async () => {
    for (const authorization of [undefined, 'Bearer a.b.c'])
      expect(await endOf(liveDirectly(authorization))).toEqual({ code: 4401, reason: 'not-signed-in' });
  });

  it('a WebSocket closes when an ending of its session is published', async () => {
    const sid = newSid();
    const assertion = await suite.assertionOf(sid, { iss: at.a, idp: idp.issuer });
    const socket = liveDirectly(`Bearer ${assertion}`);
    expect(JSON.parse((await messageFrom(socket)).text)).toEqual({ event: 'ready' });
    const ended = endOf(socket);
    await suite.publish({ ...endingOf(sid), iss: idp.issuer });
    expect(await ended).toEqual({ code: 4401, reason: 'operator' });
  });

  it('an event stream ends with an event that says why', async () => {
    const sid = newSid();
    const assertion = await suite.assertionOf(sid, { iss: at.a, idp: idp.issuer, aud: 'billing' });
    const url = `${billing!.origin}/invoices/live`;
    expect((await fetch(url)).status).toBe(401);
    const response = await fetch(url, { headers: { authorization: `Bearer ${assertion}` } });
    expect(response.headers.get('content-type')).toMatch('text/event-stream');
    await suite.publish({ ...endingOf(sid), iss: idp.issuer });
    const text = await response.text();
    expect(text).toMatch(/event: due\n[^]*event: session-ended\n(?:id: \d+\n)?data: {"reason":"operator"}\n/);
  });

  it('an event stream ends as soon as its service is told to stop, in order, and does not hold it up', async () => {
    const assertion = await suite.assertionOf(newSid(), { iss: at.a, idp: idp.issuer, aud: 'billing' });
    const headers = { authorization: `Bearer ${assertion}` };
    const stream = await fetch(`${billing!.origin}/invoices/live`, { headers });
    const [text] = await Promise.all([stream.text(), billing!.stop()]); // one that is cut off rejects
    expect(text).toMatch(/event: due\n[^]*event: try-again\n(?:id: \d+\n)?data: {"reason":"stopping"}\n/);
  });

  it('a WebSocket is told to come again when its service is told to stop', async () => {
    const assertion = await suite.assertionOf(newSid(), { iss: at.a, idp: idp.issuer });
    const socket = liveDirectly(`Bearer ${assertion}`);
    await messageFrom(socket);
    const [end] = await Promise.all([endOf(socket), notes!.stop()]);
    expect(end).toEqual({ code: 1013, reason: 'stopping' });
  });
});
