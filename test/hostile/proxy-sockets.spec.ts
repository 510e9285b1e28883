import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ClientOptions, type RawData, WebSocket, WebSocketServer } from 'ws';
import { HubDatabase } from '#store';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { type GatewayUnderTest, signIn, startGateway, userOf, usualSites } from '../support/gateway.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { endOf, messageFrom, opened } from '../support/sockets.js';
import { until } from '../support/until.js';
import { Upstream } from '../support/upstream.js';
import { Visitor } from '../support/visitor.js';

describe('WebSockets through the proxy, as a process', () => {
  const apps = appsForSuite();
  let idp: ScriptedIdp;
  let service: Upstream;
  let server: WebSocketServer;
  let database: HubDatabase;
  let gateway: GatewayUnderTest;
  let visitor: Visitor;
  let accept: (socket: WebSocket) => void;
  let ready: Promise<void>;

  beforeAll(async () => {
    [idp, service] = await Promise.all([ScriptedIdp.start(), Upstream.start()]);
    server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 4_194_304 });
    service.server.on('upgrade', (request, socket, head) => {
      service.received.push({ method: 'UPGRADE', url: request.url ?? '', headers: request.headers });
      void ready.then(() => {
        server.handleUpgrade(request, socket, head, (opened) => {
          accept(opened);
        });
      });
    });
    const url = await freshDatabase('hub');
    database = new HubDatabase(url);
    gateway = await startGateway(apps(), idp, url, {}, (usual) => {
      const services = { notes: { origin: service.origin, paths: ['/live'] }, away: { origin: 'http://127.0.0.1:9' } };
      const frontEnds = [
        { origin: usual.origins[0], services: ['notes', 'away'] },
        { origin: usual.origins[0], path: '/shop', services: ['notes'] },
      ];
      return { ...usualSites(usual), services, frontEnds };
    });
    ({ visitor } = await signIn(idp, gateway.a, 'ana', 'ana-1'));
  }, 90_000);
  beforeEach(() => {
    ready = Promise.resolve();
    accept = (socket) =>
      socket.on('message', (message: RawData, isBinary) => {
        socket.send(message, { binary: isBinary });
      });
  });
  afterAll(async () => {
    for (const socket of server.clients) socket.terminate();
    service.stop();
    await database.$disconnect();
    await idp.stop();
  });

  async function open(path = '/bff/api/notes/live', options: ClientOptions = {}, who = visitor): Promise<WebSocket> {
    const cookie = await who.jar.getCookieString(`${gateway.a}/`);
    const { headers, ...rest } = options;
    return new WebSocket(`${gateway.a.replace('http', 'ws')}${path}`, {
      origin: gateway.a,
      perMessageDeflate: false,
      ...rest,
      headers: { cookie, ...headers },
    });
  }

  async function signOut(who: Visitor): Promise<void> {
    await who.get(`${gateway.a}${String((await userOf(who, gateway.a)).claims.get('bff:logout_url'))}`);
  }

  it('carry text and bytes both ways, with an assertion in place of the browser’s secrets', async () => {
    const socket = await open('/bff/api/notes/live/room?a=b', {
      headers: { authorization: 'Bearer forged', 'x-forwarded-user': 'root' },
    });
    await opened(socket);
    for (const [sent, isBinary] of [
      ['hello', false],
      ['bytes', true],
    ] as const) {
      const heard = messageFrom(socket);
      socket.send(Buffer.from(sent), { binary: isBinary });
      expect(await heard).toEqual({ text: sent, isBinary });
    }
    const { url, headers } = service.last;
    expect(url).toBe('/live/room?a=b');
    expect(headers).toMatchObject({ origin: gateway.a, 'x-forwarded-prefix': '/bff/api/notes' });
    expect(headers.authorization).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
    expect([headers.cookie, headers['x-forwarded-user']]).toEqual([undefined, undefined]);
    socket.close();
  });

  it('open below the path of a front end', async () => {
    const shop = await signIn(idp, `${gateway.a}/shop`, 'shopper', 'shopper-1');
    const socket = await open('/shop/bff/api/notes/live', {}, shop.visitor);
    const heard = opened(socket).then(() => messageFrom(socket));
    await opened(socket);
    socket.send('x');
    expect((await heard).text).toBe('x');
    socket.close();
  });

  it.each([
    ['another site', { origin: 'https://evil.example' }, 403],
    ['a sandboxed page', { origin: 'null' }, 403],
    ['the same host with another port', { origin: 'http://localhost:1' }, 403],
    ['nobody who says where from, even with the CSRF header', { origin: undefined, headers: { 'x-csrf': '1' } }, 403],
  ])('T085: are refused to a page of %s', async (_name, options, status) => {
    const before = service.received.length;
    expect(await endOf(await open('/bff/api/notes/live', options as ClientOptions))).toEqual({ status });
    expect(service.received.length).toBe(before);
  });

  it('are refused to who is not signed in, on other paths, and to unknown services', async () => {
    expect(await endOf(await open('/bff/api/notes/live', {}, new Visitor()))).toEqual({ status: 401 });
    expect(await endOf(await open('/bff/api/notes/admin'))).toEqual({ status: 404 });
    expect(await endOf(await open('/bff/api/notes/live/a%2fb'))).toEqual({ status: 400 });
    expect(await endOf(await open('/bff/api/unknown/live'))).toEqual({ status: 404 });
    expect(await endOf(await open('/bff/user'))).toEqual({ status: 403 });
  });

  it('pass on pings, pongs and close codes, both ways', async () => {
    let far: WebSocket | undefined;
    accept = (socket) => (far = socket);
    const socket = await open();
    await opened(socket);
    const there = await until('the service has it', () => far);
    const pinged = new Promise((resolve) =>
      there.once('ping', (bytes) => {
        resolve(bytes.toString());
      }),
    );
    socket.ping('p1');
    expect(await pinged).toBe('p1');
    const pingedBack = new Promise((resolve) =>
      socket.once('ping', (bytes) => {
        resolve(bytes.toString());
      }),
    );
    there.ping('p2');
    expect(await pingedBack).toBe('p2');
    const ended = endOf(socket);
    there.close(4000, 'enough');
    expect(await ended).toEqual({ code: 4000, reason: 'enough' });

    far = undefined;
    const second = await open();
    await opened(second);
    const endedThere = endOf(await until('the service has the second', () => far));
    second.close(4001, 'bye');
    expect(await endedThere).toEqual({ code: 4001, reason: 'bye' });
  });

  it('close when the service is away or refuses, and when a frame is larger than 1 MiB', async () => {
    expect(await endOf(await open('/bff/api/away/live'))).toMatchObject({ code: 1011 });
    const socket = await open();
    await opened(socket);
    const ended = endOf(socket);
    socket.send('x'.repeat(1_048_577));
    expect(await ended).toMatchObject({ code: 1009 });
    accept = (far) => {
      far.send('x'.repeat(1_048_577));
    };
    expect(await endOf(await open())).toMatchObject({ code: expect.any(Number) });
  });

  it('carry what a slow browser reads late, all of it, in order, without more of it in memory than waits', async () => {
    let far: WebSocket | undefined;
    accept = (socket) => (far = socket);
    const socket = await open();
    await opened(socket);
    socket.pause();
    const there = await until('the service has it', () => far);
    for (let at = 0; at < 64; at += 1) there.send(Buffer.alloc(524_288, at));
    let [before, stoodStill] = [-1, 0];
    await until('the gateway takes no more', async () => {
      stoodStill = before === there.bufferedAmount ? stoodStill + 1 : 0;
      before = there.bufferedAmount;
      await new Promise((resolve) => setImmediate(resolve));
      return stoodStill > 8 ? true : undefined;
    });
    expect(there.bufferedAmount).toBeGreaterThan(8_388_608);
    const heard: number[] = [];
    socket.on('message', (data: RawData) => heard.push((data as Buffer)[0]!));
    socket.resume();
    await until('all of it has come', () => (heard.length === 64 ? true : undefined));
    expect(heard).toEqual(Array.from({ length: 64 }, (_, at) => at));
    socket.close();
  });

  it('are twenty for a session, and one more when one of them has gone', async () => {
    const busy = await signIn(idp, gateway.a, 'busy', 'busy-1');
    const sockets = await Promise.all(Array.from({ length: 25 }, () => open('/bff/api/notes/live', {}, busy.visitor)));
    const outcomes = await Promise.all(
      sockets.map((socket) => Promise.race([opened(socket).then(() => 'open'), endOf(socket)])),
    );
    const open20 = sockets.filter((_, at) => outcomes[at] === 'open');
    expect(open20).toHaveLength(20);
    open20[0]!.close();
    await until('there is room for another', async () => {
      const socket = await open('/bff/api/notes/live', {}, busy.visitor);
      return opened(socket).then(
        () => true,
        () => undefined,
      );
    });
    for (const socket of sockets) socket.terminate();
  });

  it('close with 4401 when the session ends, and stay open for everybody else', async () => {
    const leaving = await signIn(idp, gateway.a, 'leaving', 'leaving-1');
    const [socket, other] = await Promise.all([open('/bff/api/notes/live', {}, leaving.visitor), open()]);
    await Promise.all([opened(socket), opened(other)]);
    const ended = endOf(socket);
    await signOut(leaving.visitor);
    expect(await ended).toEqual({ code: 4401, reason: 'session ended' });
    const heard = messageFrom(other);
    other.send('still here');
    expect((await heard).text).toBe('still here');
    other.close();
  }, 90_000);

  it('close with 4401 when the session ends before the service has opened its end', async () => {
    let letOpen = (): void => undefined;
    ready = new Promise((resolve) => (letOpen = resolve));
    const leaving = await signIn(idp, gateway.a, 'early', 'early-1');
    const socket = await open('/bff/api/notes/live', {}, leaving.visitor);
    const ended = endOf(socket);
    await opened(socket);
    await signOut(leaving.visitor);
    expect(await ended).toEqual({ code: 4401, reason: 'session ended' });
    letOpen();
  }, 90_000);

  it('close with 1001 when the gateway is told to stop, also when the browser does not answer', async () => {
    const [socket, deaf] = await Promise.all([open(), open()]);
    await Promise.all([opened(socket), opened(deaf)]);
    deaf.pause();
    const ended = endOf(socket);
    await gateway.app.stop();
    expect(await ended).toEqual({ code: 1001, reason: 'going away' });
    deaf.terminate();
  });
});
