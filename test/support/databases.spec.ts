import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { connectionsLeft, connectionsTo, freshDatabase } from './databases.js';

describe('a fresh database', () => {
  it.each(['hub', 'idp', 'app'] as const)('has the newest tables of %s, and no other suite has it', async (owner) => {
    const [url, another] = await Promise.all([freshDatabase(owner), freshDatabase(owner)]);
    expect(another).not.toBe(url);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query(`SELECT 1 FROM _prisma_migrations WHERE finished_at IS NOT NULL`);
    expect(rows.length).toBeGreaterThan(0);
    expect(await connectionsTo(url)).toBe(1);
    await client.end();
    expect(await connectionsLeft(url)).toBe(0);
  });

  it('tells a connection that stays', async () => {
    const url = await freshDatabase('app');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    expect(await connectionsLeft(url)).toBe(1);
    await client.end();
  });
});
