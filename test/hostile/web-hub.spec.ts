import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { freePort } from '../../scripts/stack/free-port.js';
import { appsForSuite, type RunningApp } from '../support/apps.js';
import { freshDatabase, timelineRoleFor } from '../support/databases.js';
import { EventReader } from '../support/event-reader.js';
import { sendRaw } from '../support/raw-request.js';
import { TcpSwitch } from '../support/tcp-switch.js';
import { until } from '../support/until.js';

const FRONT_END = 'http://notes.test';

describe('the timeline of the web app', () => {
  const apps = appsForSuite();
  const folder = mkdtempSync(join(tmpdir(), 'web-pages-'));
  const asked: IncomingMessage[] = [];
  let own: string;
  let web: RunningApp;
  let database: TcpSwitch;
  let hub: pg.Client;
  let databasePort: number;
  let other: Server;

  beforeAll(async () => {
    for (const site of ['notes', 'billing', 'timeline']) {
      mkdirSync(join(folder, site));
      writeFileSync(join(folder, site, 'index.html'), `<p>${site}`);
    }
    writeFileSync(join(folder, 'secret.txt'), 'hunter2');
    const hubUrl = await freshDatabase('hub');
    const role = new URL(await timelineRoleFor(hubUrl));
    databasePort = Number(role.port);
    database = await TcpSwitch.start(databasePort);
    role.port = String(database.port);
    hub = new pg.Client({ connectionString: hubUrl });
    await hub.connect();
    other = createServer((request, response) => {
      asked.push(request);
      if (request.url?.startsWith('/admin/sessions?')) {
        const session = {
          id: 'idp-1',
          sub: 'ana',
          authTime: '2026-01-01T00:00:00.000Z',
          clients: [{ clientId: 'c', sid: 's' }],
        };
        response.end(JSON.stringify([session]));
      } else response.writeHead(204).end();
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const port = await freePort();
    own = `http://localhost:${port}`;
    web = await apps().start('web', {
      ...{ PORT: String(port), HUB_DATABASE_URL: role.href, TIMELINE_URL: own, PAGES_FOLDER: folder },
      ...{ FRONT_ENDS: `notes=${FRONT_END},billing=http://billing.test`, SERVICES: `billing=${elsewhere}` },
      ...{
        IDP_OPERATOR_URL: elsewhere,
        IDP_OPERATOR_TOKEN: 'operator',
        CONTROL_URL: elsewhere,
        CONTROL_TOKEN: 'control',
      },
    });
  }, 90_000);
  afterAll(async () => {
    other.closeAllConnections();
    other.close();
    await hub.end();
    await database.stop();
    rmSync(folder, { recursive: true });
  });

  const statusOf = async (answer: Promise<{ readonly status: number }>) => (await answer).status;

  describe('shows the hub', () => {
    const signIn = async (sub: string): Promise<string> => {
      const sid = uuidv7();
      const now = new Date();
      await hub.query(
        `INSERT INTO "SsoSession" ("id", "iss", "clientId", "sub", "idToken", "idTokenIssuedAt", "openedAt", "expiresAt", "idpCheckedAt", "tokensSince", "probeDueAt")
         VALUES ($1, 'i', 'c', $2, 'secret-token', $3, $3, $3::timestamptz + interval '1 hour', $3, $3, $3)`,
        [sid, sub, now],
      );
      await hub.query(
        `INSERT INTO "BrowserSession" ("id", "frontEnd", "ssoSessionId", "createdAt", "lastSeenAt", "expiresAt")
         VALUES ($1, $2, $3, $4, $4, $4)`,
        [randomUUID(), FRONT_END, sid, now],
      );
      return sid;
    };

    it('says so when it is away, goes on when it is back, and tells each thing once', async () => {
      const reader = await EventReader.open(`${own}/timeline/events`);
      const opened = () =>
        reader.entries.filter(({ content }) => content.kind === 'opened').map(({ content }) => content.sub);
      await signIn('before');
      await until('the sign-in is told', () => (opened().length === 1 ? true : undefined));
      database.cut();
      await reader.heard('the hub is away', ({ content }) => content.state === 'away');
      await signIn('meanwhile');
      database.to(databasePort);
      await until(
        'the hub is back',
        () => reader.events.findLast(({ name }) => name === 'hub')?.content.state === 'here' || undefined,
      );
      await signIn('after');
      await until('all is told', () => (opened().length >= 3 ? true : undefined));
      expect(opened()).toEqual(['before', 'meanwhile', 'after']);
      const again = await EventReader.open(`${own}/timeline/events`, {
        'last-event-id': reader.entries.at(-2)?.id ?? '',
      });
      await until('the rest is told again', () => (again.entries.length === 1 ? true : undefined));
      expect(again.entries).toEqual(reader.entries.slice(-1));
      expect(JSON.stringify(reader.events)).not.toContain('secret-token');
      reader.close();
      again.close();
      expect(await web.process.log()).toMatch(/hub\.away reason=.*\n[\s\S]*hub\.here/);
    });

    it('keeps nothing for a browser that does not read', async () => {
      const sids: string[] = [];
      for (let n = 0; n < 20; n += 1) sids.push(await signIn(`p${n}-${'x'.repeat(1_000)}`));
      const { port, host } = new URL(own);
      const socket = connect(Number(port), '127.0.0.1').pause();
      socket.on('error', () => undefined);
      socket.write(`GET /timeline/events HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
      const reader = await EventReader.open(`${own}/timeline/events`);
      for (let round = 0; round < 40; round += 1) {
        const before = reader.events.length;
        await hub.query(
          `INSERT INTO "BrowserSession" ("id", "frontEnd", "ssoSessionId", "createdAt", "lastSeenAt", "expiresAt")
           SELECT gen_random_uuid()::text, $1, s::uuid, now() + $3 * interval '1 s' + n * interval '1 ms', now(), now()
           FROM unnest($2::text[]) s, generate_series(1, 25) n`,
          [FRONT_END, sids, round],
        );
        await until('a look', () => (reader.events.length >= before + 500 ? true : undefined));
      }
      reader.close();
      let taken = 0;
      socket.on('data', (chunk) => (taken += chunk.length));
      await new Promise((resolve) => socket.once('close', resolve).resume());
      expect(taken).toBeLessThan(16_000_000);
      expect(await statusOf(sendRaw(own, '/panel'))).toBe(200);
    });
  });
});
