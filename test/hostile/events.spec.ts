import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubDatabase } from '#store';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { EventTab } from '../support/event-tab.js';
import { type GatewayUnderTest, signIn, startGateway } from '../support/gateway.js';
import { ScriptedIdp } from '../support/scripted-idp.js';

const MOST = 20;

describe('tabs that go away before they are answered', () => {
  const apps = appsForSuite();
  let idp: ScriptedIdp;
  let database: HubDatabase;
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    idp = await ScriptedIdp.start();
    const url = await freshDatabase('hub');
    database = new HubDatabase(url);
    gateway = await startGateway(apps(), idp, url, { SESSION_MEMORY: '0' }); // each looks its session up
  }, 90_000);
  afterAll(async () => {
    await database.$disconnect();
    await idp.stop();
  });

  it('take no place: those of the tabs that stay are not closed for them', async () => {
    const { visitor } = await signIn(idp, gateway.a, 'ana', 'ana-1');
    const stays = await EventTab.open(visitor, gateway.a);
    const { host, port } = new URL(gateway.a);
    const cookie = await visitor.jar.getCookieString(gateway.a);
    await database.$transaction(async (tx) => {
      await tx.$executeRaw`LOCK TABLE "BrowserSession" IN ACCESS EXCLUSIVE MODE`;
      for (let times = 0; times < MOST; times += 1) {
        const socket = connect(Number(port), '127.0.0.1');
        const closed = new Promise((resolve) => socket.once('close', resolve));
        socket.write(`GET /bff/events HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\n\r\n`);
        await new Promise((resolve) => socket.once('connect', resolve));
        await fetch(`${gateway.app.origin}/health/live`); // by now the question has come
        socket.destroy();
        await closed;
        await fetch(`${gateway.app.origin}/health/live`);
      }
    });
    const next = await EventTab.open(visitor, gateway.a);
    await next.heard('ready');
    expect(stays.closed).toBe(false);
    expect(stays.text).not.toContain('too-many');
  });
});
