import { randomUUID } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { createDatabase, databaseName, dropDatabase, quoted, schemaName, withDatabase } from './databases.mjs';

const CHAR_OID = 18; // pg_catalog's "char", of which the catalogue has many
const TEXT_OID = 25;

/**
 * Prisma's Postgres adapter, fit for the schema engine. It was written for queries; each repair says what it does wrong.
 */
export class RepairedPrismaPg extends PrismaPg {
  #datasource;

  constructor(datasource) {
    super(poolConfig(datasource.url), { schema: schemaName(datasource.url) });
    this.#datasource = datasource;
  }

  /** Also creates the schema of `?schema=`, as the native engine does. */
  async connect() {
    const adapter = repaired(await super.connect());
    const schema = schemaName(this.#datasource.url);
    if (schema !== undefined) await adapter.client.query(`CREATE SCHEMA IF NOT EXISTS ${quoted(schema)}`);
    return adapter;
  }

  /** Connects to the shadow database: the named one, emptied, or one that lives as long as the connection. */
  async connectToShadowDb() {
    const { url, shadowDatabaseUrl } = this.#datasource;
    if (shadowDatabaseUrl) return emptied(await new RepairedPrismaPg({ url: shadowDatabaseUrl }).connect());
    const shadowUrl = withDatabase(url, `prisma_migrate_shadow_db_${randomUUID()}`);
    await createDatabase(shadowUrl);
    const adapter = await new RepairedPrismaPg({ url: shadowUrl }).connect();
    const dispose = adapter.dispose.bind(adapter);
    // The original drops the database while its own pool is still connected to it, which Postgres refuses.
    adapter.dispose = async () => {
      await dispose();
      await dropDatabase(shadowUrl);
    };
    return adapter;
  }
}

/**
 * Gives discrete settings in place of a connection string: pg lets the string win over `database`, so the original's
 * shadow database would be the main one. One connection, because the engine's advisory lock belongs to a session.
 */
function poolConfig(url) {
  const { host, port, user, password, ssl } = new pg.Client({ connectionString: url });
  const schema = schemaName(url);
  const options = schema === undefined ? {} : { options: `-c search_path=${quoted(schema)}` };
  return { host, port, user, password, ssl, database: databaseName(url), max: 1, ...options };
}

/** Repairs one connection or transaction, in place. */
function repaired(adapter) {
  const performIO = adapter.performIO.bind(adapter);
  const queryRaw = adapter.queryRaw.bind(adapter);
  const startTransaction = adapter.startTransaction?.bind(adapter);
  let charColumns = [];
  // "char" has no mapping in the adapter. It must arrive as Character: as Text the engine panics on a constraint.
  adapter.performIO = async (query) => {
    const result = await performIO(query);
    const charFields = result.fields.filter((field) => field.dataTypeID === CHAR_OID);
    charColumns = charFields.map((field) => result.fields.indexOf(field));
    for (const field of charFields) field.dataTypeID = TEXT_OID;
    return result;
  };
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query);
    for (const column of charColumns) result.columnTypes[column] = ColumnTypeEnum.Character;
    return result;
  };
  // The original splits a script at every semicolon, also inside function bodies and strings.
  adapter.executeScript = async (script) => {
    try {
      await adapter.client.query(script);
    } catch (error) {
      adapter.onError(error);
    }
  };
  if (startTransaction !== undefined)
    adapter.startTransaction = async (level) => repaired(await startTransaction(level));
  return adapter;
}

async function emptied(adapter) {
  await adapter.executeScript(`
    DO $$ DECLARE name text; BEGIN
      FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', name);
      END LOOP;
    END $$;
    CREATE SCHEMA public;`);
  return adapter;
}
