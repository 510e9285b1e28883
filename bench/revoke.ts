import { parseSub, type SessionEnded } from '#session';
import { AppDatabase, prismaAppSessions } from '#store';
import { createRunFolder, startGuard } from '../scripts/stack/guard.js';
import { migrate } from '../scripts/stack/migrate.js';
import { startPostgres } from '../scripts/stack/postgres.js';
import type { Options, Report } from './report.js';

const SESSIONS = 10_000;
const QUICK_SESSIONS = 2_000;
/** sessions of other people in the same table */
const OTHERS = 10;
const ISS = 'https://idp.example.com';

/** The end of a person with 10,000 sessions in a service: the store's batches and one bare UPDATE, in turns on the same table. */
export async function revoke({ rounds, warmUps, seconds }: Options): Promise<Report> {
  const count = seconds <= 1 ? QUICK_SESSIONS : SESSIONS;
  const dir = await createRunFolder('bench-revoke');
  const guard = await startGuard(dir);
  try {
    const postgres = await startPostgres(guard, { dir });
    const url = await postgres.createDatabase('app');
    await migrate('app', url);
    const database = new AppDatabase(url);
    const [bare, batches]: [number[], number[]] = [[], []];
    await fill(database, 'others', count * OTHERS);
    for (let round = 1 - warmUps; round <= rounds; round += 1) {
      const ways = [
        { name: 'bare', end: bareUpdate, times: bare },
        { name: 'store', end: ending, times: batches },
      ];
      for (const { name, end, times } of round % 2 === 0 ? ways : ways.reverse()) {
        const ms = await timed(database, `${name}-${round}`, count, end);
        if (round > 0) times.push(ms);
      }
    }
    await database.$disconnect();
    const ratios = batches.map((ms, n) => ms / (bare[n] ?? Number.NaN));
    return {
      name: 'revoke',
      rows: { 'bare UPDATE': rowOf(bare, count), 'an ending, in batches': rowOf(batches, count) },
      figures: {
        'time of an ending, to the bare UPDATE (target 2)': medianOf(ratios),
        'the same, worst round': Math.max(...ratios),
      },
    };
  } finally {
    await guard.stopAll();
  }
}

/** Milliseconds that `end` takes for a person with `count` sessions. @throws Error when one of them is left */
async function timed(
  database: AppDatabase,
  sub: string,
  count: number,
  end: (database: AppDatabase, sub: string) => Promise<number>,
): Promise<number> {
  await fill(database, sub, count);
  const from = performance.now();
  const revoked = await end(database, sub);
  const ms = performance.now() - from;
  if (revoked !== count) throw new Error(`${revoked} of ${count} sessions were revoked`);
  return ms;
}

async function fill(database: AppDatabase, sub: string, count: number): Promise<void> {
  await database.$executeRaw`
    INSERT INTO "AppSession" ("iss", "sid", "sub", "openedAt", "createdAt", "expiresAt")
    SELECT ${ISS}, lpad(to_hex(n), 8, '0') || substr(gen_random_uuid()::text, 9), ${sub}, now() - interval '1 hour', now(), now() + interval '1 day'
    FROM generate_series(1, ${count}::int) AS n`; // in the order of sids, as they are in fact: they begin with their time
  await database.$executeRaw`VACUUM ANALYZE "AppSession"`;
  await database.$executeRaw`CHECKPOINT`.catch(() => undefined); // may need more rights; both have the same then
}

function bareUpdate(database: AppDatabase, sub: string): Promise<number> {
  const now = new Date();
  return database.$executeRaw`
    UPDATE "AppSession" SET "revokedAt" = ${now}, "revokedBy" = ${`event of ${sub}`}, "cause" = 'operator'
    WHERE "iss" = ${ISS} AND "sub" = ${sub} AND "openedAt" <= ${now} AND "revokedAt" IS NULL`;
}

function ending(database: AppDatabase, text: string): Promise<number> {
  const [now, sub] = [new Date(), parseSub(text)];
  if (sub === undefined) throw new Error('no sub');
  const event: SessionEnded = {
    ...{
      id: `event of ${sub}`,
      source: 'urn:bench',
      iss: ISS,
      tenant: undefined,
      scope: 'subject',
      sub,
      sid: undefined,
    },
    ...{ effectiveAt: now, detectedAt: now, cause: 'operator', causeId: 'bench', initiatingEntity: 'admin' },
    evidence: { method: 'bench', strength: 'strong', probes: 0 },
  };
  return prismaAppSessions(database).applyEnded(event, now);
}

function rowOf(times: readonly number[], count: number): Readonly<Record<string, number>> {
  return { perSecond: (count * 1_000) / medianOf(times), medianMs: medianOf(times), worstMs: Math.max(...times) };
}

function medianOf(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}
