import pg from 'pg';

/** Reads one row over a connection of its own; undefined when there is none. For the few looks that the story takes. */
export async function queryOne(url: string, sql: string, values: readonly string[]): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql, [...values]);
    return rows[0];
  } finally {
    await client.end();
  }
}
