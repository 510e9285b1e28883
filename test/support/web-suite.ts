import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { freePort } from '../../scripts/stack/free-port.js';
import { appsForSuite, type RunningApp } from './apps.js';
import { freshDatabase, timelineRoleFor } from './databases.js';
import { TcpSwitch } from './tcp-switch.js';

/** The front end `notes` of {@link webForSuite}; the other is `http://billing.test`. */
export const FRONT_END = 'http://notes.test';

/** The demo's web app as a process, beside a hub, and somebody who plays the IdP's operator API, the control and `billing`. */
export interface WebUnderTest {
  /** origin of the timeline */
  readonly own: string;
  readonly web: RunningApp;
  /** the hub, as its owner */
  readonly hubUrl: string;
  /** the way of the web app to the hub, and where it leads */
  readonly database: TcpSwitch;
  readonly databasePort: number;
  /** what operator API and control were asked */
  readonly asked: readonly IncomingMessage[];
}

const SESSION = {
  id: 'idp-1',
  sub: 'ana',
  authTime: '2026-01-01T00:00:00.000Z',
  clients: [{ clientId: 'c', sid: 's' }],
};

/** Gives this suite a web app whose pages are a line each; all of it goes after the last test. */
export function webForSuite(): () => WebUnderTest {
  const apps = appsForSuite();
  const folder = mkdtempSync(join(tmpdir(), 'web-pages-'));
  const asked: IncomingMessage[] = [];
  const other = createServer((request, response) => {
    asked.push(request);
    if (request.url?.startsWith('/admin/sessions?')) response.end(JSON.stringify([SESSION]));
    else response.writeHead(204).end();
  });
  let suite: WebUnderTest | undefined;
  beforeAll(async () => {
    for (const site of ['notes', 'billing', 'timeline']) {
      mkdirSync(join(folder, site));
      writeFileSync(join(folder, site, 'index.html'), `<p>${site}`);
    }
    writeFileSync(join(folder, 'secret.txt'), 'hunter2');
    const hubUrl = await freshDatabase('hub');
    const role = new URL(await timelineRoleFor(hubUrl));
    const databasePort = Number(role.port);
    const database = await TcpSwitch.start(databasePort);
    role.port = String(database.port);
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const port = await freePort();
    const own = `http://localhost:${port}`;
    const web = await apps().start('web', {
      ...{ PORT: String(port), HUB_DATABASE_URL: role.href, TIMELINE_URL: own, PAGES_FOLDER: folder },
      ...{ FRONT_ENDS: `notes=${FRONT_END},billing=http://billing.test`, SERVICES: `billing=${elsewhere}` },
      ...{ IDP_OPERATOR_URL: elsewhere, IDP_OPERATOR_TOKEN: 'operator' },
      ...{ CONTROL_URL: elsewhere, CONTROL_TOKEN: 'control' },
    });
    suite = { own, web, hubUrl, database, databasePort, asked };
  }, 90_000);
  afterAll(async () => {
    other.closeAllConnections();
    other.close();
    await suite?.database.stop();
    rmSync(folder, { recursive: true });
  });
  return () => suite!;
}
