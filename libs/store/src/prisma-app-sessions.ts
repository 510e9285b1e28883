import { createHash } from 'node:crypto';
import {
  type AppSession,
  AppSessions,
  type LivingSessions,
  MARK_LIFE_MS,
  markOf,
  type RevocationMark,
  type SessionEnded,
  type Sid,
  type SyncPlace,
  type SyncPlaces,
} from '#session';
import { TRANSACTIONS } from './connections.js';
import { toSid, toSub } from './rows.js';
import type { SyncClient, SyncStatements } from './sync-client.js';

/** Sessions revoked in one transaction. */
const BATCH = 1_000;

/** A row of "AppSession", and the mark that forbids it, if there is one. */
interface OpenedRow {
  readonly sid: string;
  readonly sub: string;
  readonly openedAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly cause: string | null;
  readonly markCause: string | null;
}

/**
 * Gives a service its sessions, and what it must remember of the stream of endings, on its own Prisma client.
 *
 * @param client any client on Postgres whose schema has the models of `prisma/app/session-sync.prisma`
 */
export function prismaAppSessions(client: SyncClient): AppSessions & LivingSessions & SyncPlaces {
  return new PrismaAppSessions(client);
}

/** {@link AppSessions}, {@link LivingSessions} and {@link SyncPlaces} in the service's own Postgres. */
export class PrismaAppSessions extends AppSessions implements LivingSessions, SyncPlaces {
  constructor(private readonly client: SyncClient) {
    super();
  }

  async open(session: Omit<AppSession, 'revoked'>, now: Date): Promise<AppSession> {
    return (await find(this.client, session, now)) ?? (await this.create(session, now));
  }

  /**
   * The mark comes first, in a transaction of its own: from its commit on no session that it forbids is usable, since
   * {@link open} looks at the marks too. Then the rows say so as well, {@link BATCH} in a transaction. If that breaks off,
   * it rejects, and the same event, applied again, revokes what is left.
   */
  async applyEnded(event: SessionEnded, now: Date): Promise<number> {
    const mark = markOf(event, now);
    if (mark.scope === 'session')
      return this.transaction(async (tx) => {
        await setMark(tx, mark, now);
        return revokeOne(tx, mark, now);
      });
    await this.transaction((tx) => setMark(tx, mark, now));
    let [revoked, last]: [number, string] = [0, ''];
    for (let count = BATCH; count === BATCH; revoked += count)
      ({ count, last } = await revokeBatch(this.client, mark, last, now));
    return revoked;
  }

  async removeExpired(now: Date, limit: number): Promise<number> {
    const sessions = await this.client.$executeRaw`
      DELETE FROM "AppSession" WHERE ctid IN (
        SELECT ctid FROM "AppSession" WHERE "expiresAt" <= ${now} LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
    const marks = await this.client.$executeRaw`
      DELETE FROM "RevocationMark" WHERE ctid IN (
        SELECT ctid FROM "RevocationMark" WHERE "expiresAt" <= ${now} LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
    return Math.max(sessions, marks);
  }

  async after(iss: string, after: Sid | undefined, limit: number, now: Date): Promise<readonly Sid[]> {
    const rows = await this.client.$queryRaw<{ readonly sid: string }[]>`
      SELECT "sid" FROM "AppSession"
      WHERE "iss" = ${iss} AND "sid" > ${after ?? ''} AND "revokedAt" IS NULL AND "expiresAt" > ${now}
      ORDER BY "sid" LIMIT ${limit}`;
    return rows.map(({ sid }) => toSid(sid));
  }

  async find(): Promise<SyncPlace | undefined> {
    const [row] = await this.client.$queryRaw<
      { readonly stream: string; readonly sequence: bigint; readonly at: Date }[]
    >`
      SELECT "stream", "sequence", "at" FROM "SyncPlace" WHERE "id" = 'endings'`;
    return row === undefined ? undefined : { ...row, sequence: Number(row.sequence) };
  }

  async keep({ stream, sequence, at }: SyncPlace): Promise<void> {
    await this.client.$executeRaw`
      INSERT INTO "SyncPlace" ("id", "stream", "sequence", "at") VALUES ('endings', ${stream}, ${sequence}, ${at})
      ON CONFLICT ("id") DO UPDATE SET "stream" = excluded."stream", "sequence" = excluded."sequence", "at" = excluded."at"`;
  }

  /** Waits for a mark of the same session or person that is being set, so that neither misses the other. */
  private async create(session: Omit<AppSession, 'revoked'>, now: Date): Promise<AppSession> {
    const { iss, sid, sub, openedAt, expiresAt } = session;
    return this.transaction(async (tx) => {
      await lock(tx, `session|${iss}|${sid}`);
      await lock(tx, `subject|${iss}|${sub}`);
      await tx.$executeRaw`
        INSERT INTO "AppSession" ("iss", "sid", "sub", "openedAt", "createdAt", "expiresAt", "revokedAt", "revokedBy", "cause")
        SELECT s.*, CASE WHEN m."eventId" IS NOT NULL THEN ${now}::timestamptz END, m."eventId", m."cause"
        FROM (SELECT ${iss}, ${sid}, ${sub}, ${openedAt}::timestamptz, ${now}::timestamptz, ${expiresAt}::timestamptz) AS s
        LEFT JOIN LATERAL (
          SELECT "eventId", "cause" FROM "RevocationMark"
          WHERE "iss" = ${iss} AND "endedBefore" >= ${openedAt}
            AND (("scope" = 'session' AND "key" = ${sid}) OR ("scope" = 'subject' AND "key" = ${sub}))
          ORDER BY "scope" LIMIT 1
        ) AS m ON true
        ON CONFLICT ("iss", "sid") DO NOTHING`;
      const opened = await find(tx, session, now);
      if (opened === undefined) throw new Error('a session that was just written down is not there');
      return opened;
    });
  }

  private transaction<T>(work: (tx: SyncStatements) => Promise<T>): Promise<T> {
    return this.client.$transaction(work, TRANSACTIONS);
  }
}

/** Gives a session as it stands: revoked too when its row does not say so yet, but a mark forbids it. */
async function find(
  client: SyncStatements,
  { iss, sid }: Pick<AppSession, 'iss' | 'sid'>,
  now: Date,
): Promise<AppSession | undefined> {
  const [row] = await client.$queryRaw<OpenedRow[]>`
    SELECT s."sid", s."sub", s."openedAt", s."expiresAt", s."revokedAt", s."cause", (
      SELECT m."cause" FROM "RevocationMark" AS m
      WHERE m."iss" = s."iss" AND m."endedBefore" >= s."openedAt"
        AND ((m."scope" = 'session' AND m."key" = s."sid") OR (m."scope" = 'subject' AND m."key" = s."sub"))
      LIMIT 1) AS "markCause"
    FROM "AppSession" AS s WHERE s."iss" = ${iss} AND s."sid" = ${sid}`;
  if (row === undefined) return undefined;
  const { openedAt, expiresAt, revokedAt, cause, markCause } = row;
  const revoked =
    revokedAt === null && markCause === null
      ? undefined
      : { at: revokedAt ?? now, cause: (revokedAt === null ? markCause : cause) ?? 'unknown' };
  return { iss, sid: toSid(row.sid), sub: toSub(row.sub), openedAt, expiresAt, revoked };
}

/** Sets the mark, or moves it on: it never moves back. */
async function setMark(tx: SyncStatements, mark: RevocationMark, now: Date): Promise<void> {
  const { iss, scope, key, endedBefore, cause, eventId } = mark;
  await lock(tx, `${scope}|${iss}|${key}`);
  await tx.$executeRaw`
    INSERT INTO "RevocationMark" ("iss", "scope", "key", "endedBefore", "cause", "eventId", "expiresAt")
    VALUES (${iss}, ${scope}, ${key}, ${endedBefore}, ${cause}, ${eventId}, ${new Date(now.getTime() + MARK_LIFE_MS)})
    ON CONFLICT ("iss", "scope", "key") DO UPDATE SET
      "endedBefore" = GREATEST("RevocationMark"."endedBefore", excluded."endedBefore"), "expiresAt" = excluded."expiresAt"`;
}

async function revokeOne(tx: SyncStatements, mark: RevocationMark, now: Date): Promise<number> {
  return tx.$executeRaw`
    UPDATE "AppSession" SET "revokedAt" = ${now}, "revokedBy" = ${mark.eventId}, "cause" = ${mark.cause}
    WHERE "iss" = ${mark.iss} AND "sid" = ${mark.key} AND "openedAt" <= ${mark.endedBefore} AND "revokedAt" IS NULL`;
}

/** Revokes the next of a person's sessions behind `after`. In the order of sids, so that two endings never wait for each other in a circle. */
async function revokeBatch(
  client: SyncStatements,
  { iss, key, endedBefore, cause, eventId }: RevocationMark,
  after: string,
  now: Date,
): Promise<{ readonly count: number; readonly last: string }> {
  const [batch] = await client.$queryRaw<{ readonly count: number; readonly last: string | null }[]>`
    WITH revoked AS (
      UPDATE "AppSession" SET "revokedAt" = ${now}, "revokedBy" = ${eventId}, "cause" = ${cause}
      WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM "AppSession"
        WHERE "iss" = ${iss} AND "sub" = ${key} AND "sid" > ${after} AND "openedAt" <= ${endedBefore} AND "revokedAt" IS NULL
        ORDER BY "sid" LIMIT ${BATCH} FOR UPDATE))
      RETURNING "sid"
    )
    SELECT count(*)::int AS "count", max("sid") AS "last" FROM revoked`;
  return { count: batch?.count ?? 0, last: batch?.last ?? after };
}

/** Makes writers of the same `key` wait for one another until their transactions end. */
async function lock(tx: SyncStatements, key: string): Promise<void> {
  const number = createHash('sha256').update(key).digest().readBigInt64BE(0);
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(${number}::bigint)::text`;
}
