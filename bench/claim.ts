import { randomUUID } from 'node:crypto';
import { startPostgres } from '../scripts/stack/postgres.js';
import { createRunFolder, startGuard } from '../scripts/stack/guard.js';
import { migrate } from '../scripts/stack/migrate.js';
import { claimDue, type ClaimedRow } from '../libs/store/src/sql/claim-due.js';
import { HubDatabase } from '#store';
import type { Options, Report } from './report.js';

const LANE = { iss: 'https://idp.example.com', clientId: 'gateway' };
const INTERVAL_S = 900;
const BATCH = 100;
/** as a database of its own has: with Postgres's 128 MB the blocks of the large table come from the system again and again */
const MEMORY = '4GB';
/** claims of one size one after the other, before it is the other's turn */
const TURN = 20;
const TEMPLATE = 'hub_template';

/** The claim of due sessions, from a table of 10,000 sessions and from one of 1,000,000: both in the same Postgres, in turns. */
export async function claim({ rounds, warmUps, browsers }: Options): Promise<Report> {
  const isQuick = browsers < 20;
  const sizes = isQuick ? [2_000, 20_000] : [10_000, 1_000_000];
  const dir = await createRunFolder('bench-claim');
  const guard = await startGuard(dir);
  try {
    const postgres = await startPostgres(guard, isQuick ? { dir } : { dir, memory: MEMORY });
    const tables: Table[] = [];
    await migrate('hub', await postgres.createDatabase(TEMPLATE));
    for (const size of sizes) tables.push(await fill(await postgres.createDatabase(`hub_${size}`, TEMPLATE), size));
    for (const table of tables) await turn(table, warmUps * TURN);
    for (const table of tables) table.timesMs.length = 0;
    for (let round = 0; round < rounds * 5; round += 1) for (const table of tables) await turn(table, TURN);
    const rows = Object.fromEntries(tables.map((table) => [`${table.size} sessions`, rowOf(table)]));
    const plan = await planOf(tables.at(-1));
    const memoryMb = await memoryOf(tables[0]);
    for (const { database } of tables) await database.$disconnect();
    const [small, large] = tables.map(({ timesMs }) => medianOf(timesMs));
    return {
      name: 'claim',
      rows,
      figures: {
        [`a claim of ${BATCH} of ${sizes[1]}, to one of ${sizes[0]} (target: at most 1.5)`]:
          (large ?? 0) / (small ?? 1),
        'reads of the table itself by the search, per row found': plan,
        'shared_buffers, MB': memoryMb,
      },
    };
  } finally {
    await guard.stopAll();
  }
}

interface Table {
  readonly size: number;
  readonly database: HubDatabase;
  readonly timesMs: number[];
}

/** Sessions as a busy gateway has them: one browser each, tokens of the usual length, due evenly over the interval, a tenth of them by now. */
async function fill(url: string, size: number): Promise<Table> {
  const database = new HubDatabase(url);
  for (let from = 0; from < size; from += 10_000) {
    const to = Math.min(size, from + 10_000) - 1;
    await database.$executeRaw`
      WITH s AS (
        INSERT INTO "SsoSession" ("id", "iss", "clientId", "idpSid", "sub", "idToken", "accessToken", "refreshToken", "idTokenIssuedAt",
          "openedAt", "expiresAt", "idpCheckedAt", "probeDueAt")
        SELECT gen_random_uuid(), ${LANE.iss}, ${LANE.clientId}, 'idp-' || n, 'sub-' || (n % 500000), repeat(md5(n::text), 28),
          repeat(md5(n::text), 3), repeat(md5(n::text), 3), now(), now(), now() + interval '14 days', now(),
          now() + (random() - 0.1) * ${INTERVAL_S} * interval '1 second'
        FROM generate_series(${from}::int, ${to}::int) AS n RETURNING "id"
      )
      INSERT INTO "BrowserSession" ("id", "frontEnd", "ssoSessionId", "createdAt", "lastSeenAt", "expiresAt")
      SELECT md5("id"::text) || md5("id"::text), 'https://app.example.com', "id", now(), now(), now() + interval '1 day' FROM s`;
  }
  await database.$executeRaw`ANALYZE`;
  return { size, database, timesMs: [] };
}

/** Claims, and records each as a probe that said active would. Only the claim is timed. */
async function turn({ database, timesMs }: Table, claims: number): Promise<void> {
  for (let n = 0; n < claims; n += 1) {
    const now = new Date();
    const sql = claimDue(LANE, now, new Date(now.getTime() + 30_000), randomUUID(), BATCH);
    const from = performance.now();
    const claimed = await database.$queryRaw<ClaimedRow[]>(sql);
    timesMs.push(performance.now() - from);
    if (claimed.length < BATCH) throw new Error(`only ${claimed.length} sessions were due`);
    const ids = claimed.map(({ id }) => id);
    // due again at once, behind the others: so that a small table has enough of them, and each has as many as before
    await database.$executeRaw`
      UPDATE "SsoSession" SET "probeDueAt" = ${now}::timestamptz + random() * interval '1 millisecond', "leaseEndsAt" = NULL,
        "idpCheckedAt" = ${now} WHERE "id" = ANY(${ids}::uuid[])`;
  }
}

/** How many blocks of the table and its index the search for due rows touches, for each that it finds. */
async function planOf(table: Table | undefined): Promise<number> {
  if (table === undefined) return Number.NaN;
  const now = new Date();
  const [first] = await table.database.$queryRaw<{ 'QUERY PLAN': unknown }[]>`
    EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)
    SELECT "id" FROM "SsoSession" WHERE "iss" = ${LANE.iss} AND "clientId" = ${LANE.clientId} AND "endedAt" IS NULL
      AND "probeDueAt" <= ${now} AND "expiresAt" > ${now} AND ("leaseEndsAt" IS NULL OR "leaseEndsAt" <= ${now}) ORDER BY "probeDueAt" LIMIT ${BATCH}`;
  const text = JSON.stringify(first);
  const blocks =
    Number(/"Shared Hit Blocks":(\d+)/.exec(text)?.[1] ?? NaN) +
    Number(/"Shared Read Blocks":(\d+)/.exec(text)?.[1] ?? 0);
  return blocks / BATCH;
}

/** `shared_buffers` in MB; Postgres tells it in blocks of 8 kB */
async function memoryOf(table: Table | undefined): Promise<number> {
  if (table === undefined) return Number.NaN;
  const [row] = await table.database.$queryRaw<{ mb: number }[]>`
    SELECT setting::int / 128 AS "mb" FROM pg_settings WHERE "name" = 'shared_buffers'`;
  return row?.mb ?? Number.NaN;
}

function rowOf({ timesMs }: Table): Readonly<Record<string, number>> {
  const sorted = [...timesMs].sort((a, b) => a - b);
  return {
    claims: sorted.length,
    /** sessions claimed */
    perSecond: (BATCH * 1_000) / medianOf(sorted),
    p50Ms: medianOf(sorted),
    p95Ms: sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN,
  };
}

function medianOf(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}
