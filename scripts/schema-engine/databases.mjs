import pg from 'pg';

/** Gives the name of the database that `url` names. */
export const databaseName = (url) => decodeURIComponent(new URL(url).pathname.slice(1)) || 'postgres';

/** Gives the Postgres schema that `url` names by Prisma's `?schema=`, or `undefined`. */
export const schemaName = (url) => new URL(url).searchParams.get('schema') ?? undefined;

/** Quotes `name` as an SQL identifier. */
export const quoted = (name) => `"${name.replaceAll('"', '""')}"`;

/** Creates the database that `url` names. Fails with 42P04 when it exists. */
export const createDatabase = (url) => onServer(url, `CREATE DATABASE ${quoted(databaseName(url))}`);

/** Drops the database that `url` names, and ends the connections it has. */
export const dropDatabase = (url) => onServer(url, `DROP DATABASE ${quoted(databaseName(url))} WITH (FORCE)`);

/** Rejects when no connection to the database that `url` names can be made. */
export const tryConnection = (url) => run(url, 'SELECT 1');

/** Gives `url` with another database in it. */
export function withDatabase(url, name) {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(name)}`;
  return changed.href;
}

const onServer = (url, sql) => run(withDatabase(url, 'postgres'), sql);

async function run(url, sql) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
