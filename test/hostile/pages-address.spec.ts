import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { type GatewayUnderTest, startGateway, usualSites } from '../support/gateway.js';
import { sendRaw } from '../support/raw-request.js';
import { ScriptedIdp } from '../support/scripted-idp.js';

describe('pages from a web server', () => {
  const apps = appsForSuite();
  const received: IncomingMessage[] = [];
  let idp: ScriptedIdp;
  let web: Server;
  let gateway: GatewayUnderTest;

  beforeAll(async () => {
    idp = await ScriptedIdp.start();
    web = createServer((request, response) => {
      received.push(request);
      response.end();
    });
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const pages = { upstream: `http://127.0.0.1:${(web.address() as AddressInfo).port}` };
    gateway = await startGateway(apps(), idp, await freshDatabase('hub'), {}, (usual) => ({
      ...usualSites(usual),
      frontEnds: [
        { origin: usual.origins[1], pages },
        { origin: usual.origins[1], path: '/shop', pages },
      ],
    }));
  }, 90_000);
  afterAll(async () => {
    web.closeAllConnections();
    web.close();
    await idp.stop();
  });

  it('come by the front end’s own address, whatever the browser says of it', async () => {
    const lies = {
      ...{ 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'gopher', 'x-forwarded-prefix': '/evil' },
      ...{
        x_forwarded_host: 'evil.test',
        'x-forwarded-port': '1',
        'x-forwarded-for': '1.2.3.4',
        'x-forwarded-server': 'evil',
      },
    };
    for (const [path, prefix] of [
      ['/page', undefined],
      ['/shop/page', '/shop'],
    ] as const) {
      expect((await sendRaw(gateway.b, path, { headers: lies })).status).toBe(200);
      const { url, headers } = received.at(-1)!;
      const forwarded = Object.entries(headers).filter(([name]) => name.includes('forwarded'));
      expect([url, Object.fromEntries(forwarded)]).toEqual([
        '/page',
        {
          ...{ 'x-forwarded-host': new URL(gateway.b).host, 'x-forwarded-proto': 'http' },
          ...(prefix === undefined ? {} : { 'x-forwarded-prefix': prefix }),
        },
      ]);
    }
  });
});
