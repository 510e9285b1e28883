import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { gatewayForSuite, type GatewayUnderTest, signIn, startGateway, usualSites } from '../support/gateway.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { Visitor } from '../support/visitor.js';

const DISCOVERY = '/.well-known/openid-configuration';

describe('connections that are reset', () => {
  const suite = gatewayForSuite();

  it('do not end the process, when their request asked for a WebSocket and is answered later', async () => {
    const { idp, gateway } = suite();
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      idp.paths.set(DISCOVERY, () => {
        resolve();
        return new Promise((done) => {
          answer = () => {
            done({ status: 503, body: {} });
          };
        });
      });
    });
    const socket = await askForSocket(gateway.a, '/bff/login');
    await asked;
    socket.resetAndDestroy();
    await new Visitor().get(`${gateway.app.origin}/health/ready`); // by then the reset has arrived
    answer();
    await new Visitor().get(`${gateway.app.origin}/health/ready`);
    idp.paths.delete(DISCOVERY);
    const seen = await new Visitor().get(`${gateway.app.origin}/health/live`);
    expect(seen.status).toBe(200);
  });
});

async function askForSocket(origin: string, path: string): Promise<Socket> {
  const { host, port } = new URL(origin);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  return socket;
}

describe('a service that can’t be found', () => {
  const apps = appsForSuite();
  let idp: ScriptedIdp;
  let gateway: GatewayUnderTest;
  beforeAll(async () => {
    idp = await ScriptedIdp.start();
    gateway = await startGateway(apps(), idp, await freshDatabase('hub'), {}, (usual) => {
      const origin = `http://${'a'.repeat(60)}.${'b'.repeat(60)}.invalid`;
      return { ...usualSites(usual), services: { notes: { origin } } };
    });
  }, 90_000);
  afterAll(() => idp.stop());

  it('ends no process by its long name, when a WebSocket is asked for', async () => {
    const { visitor } = await signIn(idp, gateway.a, 'ana', 'ana-1');
    const headers = { cookie: await visitor.jar.getCookieString(gateway.a) };
    const socket = new WebSocket(`${gateway.a.replace('http', 'ws')}/bff/api/notes/x`, { origin: gateway.a, headers });
    socket.on('error', () => undefined);
    const code = await new Promise((resolve) => socket.once('close', resolve));
    expect(code).toBe(1011);
    expect((await new Visitor().get(`${gateway.app.origin}/health/live`)).status).toBe(200);
  });
});
