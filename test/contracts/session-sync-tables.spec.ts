import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { parseSid, parseSub } from '#session';
import { AppDatabase, prismaAppSessions } from '#store';
import { freshDatabase } from '../support/databases.js';
import { ISSUER } from '../support/sign-ins.js';

const TABLES = ['AppSession', 'RevocationMark', 'SyncPlace'];
const COLUMNS = `SELECT table_name, column_name, data_type, datetime_precision, is_nullable, column_default
  FROM information_schema.columns WHERE table_schema = $1 AND table_name = ANY($2) ORDER BY 1, 2`;
const INDEXES = `SELECT tablename, replace(indexdef, $1 || '.', '') AS definition
  FROM pg_indexes WHERE schemaname = $1 AND tablename = ANY($2) ORDER BY 1, 2`;

describe('the tables that a service copies', () => {
  let url = '';
  let client: pg.Client;
  beforeAll(async () => {
    url = await freshDatabase('app');
    client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('CREATE SCHEMA copied; SET search_path TO copied');
    await client.query(await readFile('prisma/app/session-sync.sql', 'utf8'));
  }, 60_000);
  afterAll(() => client.end());

  it('are, made by session-sync.sql, those that the migrations of session-sync.prisma make', async () => {
    for (const query of [COLUMNS, INDEXES]) {
      const [ours, copied] = [
        await client.query(query, ['public', TABLES]),
        await client.query(query, ['copied', TABLES]),
      ];
      expect(ours.rowCount).toBeGreaterThan(5);
      expect(copied.rows).toEqual(ours.rows);
    }
  });

  it('are all that the store needs: it works on a client of any schema', async () => {
    const elsewhere = new URL(url);
    elsewhere.searchParams.set('options', '-c search_path=copied');
    const database = new AppDatabase(elsewhere.href);
    try {
      const sessions = prismaAppSessions(database.$extends({ name: 'of a user' }));
      const [sid, sub] = [parseSid(uuidv7())!, parseSub('ana')!];
      const [openedAt, expiresAt] = [new Date(), new Date(Date.now() + 60_000)];
      await sessions.open({ iss: ISSUER, sid, sub, openedAt, expiresAt }, openedAt);
      await sessions.keep({ stream: 's', sequence: 1, at: openedAt });
      const { rows } = await client.query('SELECT (SELECT count(*) FROM copied."AppSession")::int AS n');
      expect(rows).toEqual([{ n: 1 }]);
    } finally {
      await database.$disconnect();
    }
  });
});
