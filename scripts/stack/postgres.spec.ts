import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createRunFolder, startGuard, type Guard } from './guard.js';
import { startPostgres, type PostgresServer } from './postgres.js';

let guard: Guard;
let postgres: PostgresServer;
beforeAll(async () => {
  const dir = await createRunFolder('spec');
  guard = await startGuard(dir);
  postgres = await startPostgres(guard, { dir, durable: false });
});
afterAll(() => guard.stopAll());

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // the server is stopped and killed below
  await client.connect();
  return client;
}

async function query(url: string, sql: string): Promise<readonly unknown[]> {
  const client = await connected(url);
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('a private Postgres', () => {
  it('keeps its data when it is killed under open connections, and when it is stopped', async () => {
    const url = await postgres.createDatabase('kept');
    await query(url, 'CREATE TABLE words AS SELECT 1 AS n');
    const idle = await connected(url);
    await postgres.kill();
    await postgres.start();
    expect(await query(url, 'SELECT n FROM words')).toEqual([{ n: 1 }]);
    await postgres.stop();
    await expect(query(url, 'SELECT 1')).rejects.toThrow();
    await postgres.start();
    expect(await query(url, 'SELECT n FROM words')).toEqual([{ n: 1 }]);
    await idle.end().catch(() => undefined);
  });

  it('lets a role into its own database only, and nobody in without the password', async () => {
    const [mine, other] = [await postgres.createDatabase('mine'), await postgres.createDatabase('other')];
    const intruder = Object.assign(new URL(mine), { pathname: new URL(other).pathname });
    await expect(query(intruder.href, 'SELECT 1')).rejects.toMatchObject({ code: '42501' });
    const guesser = Object.assign(new URL(mine), { password: 'guess' });
    await expect(query(guesser.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('copies a template, whose tables the new role may use and change', async () => {
    const template = await postgres.createDatabase('model');
    await query(template, 'CREATE TABLE words (n int); ALTER TABLE words ADD CHECK (n > 0)');
    const copies = await Promise.all(['one', 'two', 'three'].map((name) => postgres.createDatabase(name, 'model')));
    for (const copy of copies) await query(copy, 'INSERT INTO words VALUES (1); ALTER TABLE words ADD COLUMN m int');
    expect(await query(copies[0]!, 'SELECT count(*)::int FROM words')).toEqual([{ count: 1 }]);
    expect(await query(template, 'SELECT count(*)::int FROM words')).toEqual([{ count: 0 }]);
  });

  it('refuses a name that would need quoting', async () => {
    await expect(postgres.createDatabase('x; DROP ROLE postgres')).rejects.toThrow('not a name for a database');
  });
});
