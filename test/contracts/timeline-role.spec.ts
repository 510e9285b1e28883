import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { HubReader } from '../../apps/web/src/timeline/hub-reader.js';
import { grantTimeline } from '../../scripts/stack/timeline-role.js';
import { freshDatabase, timelineRoleFor } from '../support/databases.js';

const DENIED = /permission denied/;

describe('the role that shows the timeline', () => {
  let hubUrl: string;
  let url: string;
  let client: pg.Client;

  beforeAll(async () => {
    hubUrl = await freshDatabase('hub');
    url = await timelineRoleFor(hubUrl);
    client = new pg.Client({ connectionString: url });
    await client.connect();
  });
  afterAll(() => client.end());

  it('reads what the timeline shows', async () => {
    const reader = new HubReader(url);
    expect(await reader.look()).toEqual({ sessions: [], signIns: [], endings: [], receipts: [] });
    await reader.onApplicationShutdown();
  });

  it.each(['idToken', 'accessToken', 'refreshToken', 'idpSid', 'heldEvidence', 'leaseId'])(
    'reads no %s of a session',
    async (column) => {
      await expect(client.query(`SELECT "${column}" FROM "SsoSession"`)).rejects.toThrow(DENIED);
      await expect(client.query(`SELECT 1 FROM "SsoSession" WHERE "${column}" IS NULL`)).rejects.toThrow(DENIED);
    },
  );

  it('reads neither what stands for a cookie nor what an event says', async () => {
    await expect(client.query('SELECT "id" FROM "BrowserSession"')).rejects.toThrow(DENIED);
    await expect(client.query('SELECT "payload" FROM "OutboxEvent"')).rejects.toThrow(DENIED);
  });

  it('reads no other table, and no whole row of any', async () => {
    const owner = new pg.Client({ connectionString: hubUrl });
    await owner.connect();
    const { rows } = await owner.query<{ readonly name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
    );
    await owner.end();
    expect(rows.length).toBeGreaterThan(15);
    for (const { name } of rows) await expect(client.query(`SELECT * FROM "${name}"`)).rejects.toThrow(DENIED);
  });

  it.each([
    `INSERT INTO "Receipt" ("eventId", "service", "sessions", "appliedAt", "expiresAt") VALUES ('e', 's', 1, now(), now())`,
    `UPDATE "SsoSession" SET "endCause" = 'x'`,
    `UPDATE "OutboxEvent" SET "publishedAt" = now()`,
    `DELETE FROM "OutboxEvent"`,
    `TRUNCATE "BrowserSession"`,
    `SELECT "id" FROM "SsoSession" FOR UPDATE`,
    `SELECT nextval('"OutboxEvent_seq_seq"')`,
    `CREATE TABLE mine (id int)`,
    `CREATE TEMPORARY TABLE mine (id int)`,
    `ALTER TABLE "SsoSession" ADD COLUMN mine int`,
    `DROP TABLE "Receipt"`,
    `GRANT SELECT ("idToken") ON "SsoSession" TO CURRENT_USER`,
    `CREATE ROLE mine`,
    `COPY "Receipt" FROM PROGRAM 'true'`,
  ])('writes nothing: %s', async (statement) => {
    await expect(client.query(statement)).rejects.toThrow(/permission denied|must be owner/);
  });

  it('keeps its rights when they are granted again, and gets none beyond them', async () => {
    await grantTimeline(hubUrl, new URL(url).username);
    await expect(client.query('SELECT "sub" FROM "SsoSession"')).resolves.toBeDefined();
    await expect(client.query('SELECT "idToken" FROM "SsoSession"')).rejects.toThrow(DENIED);
  });

  it('may connect to no other database', async () => {
    const other = new URL(await freshDatabase('hub'));
    const stranger = new URL(url);
    stranger.pathname = other.pathname;
    const elsewhere = new pg.Client({ connectionString: stranger.href });
    await expect(elsewhere.connect()).rejects.toThrow(DENIED);
  });
});
