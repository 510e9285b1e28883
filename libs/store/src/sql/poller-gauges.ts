import type { Lane } from '#session';
import { Prisma } from '../generated/hub/client.js';
import { isFree } from './claim-due.js';
import { WOKEN_AT } from './wake-up.js';

/** Nobody needs to know whether it is more. */
const COUNT_UP_TO = 100_000;

/** A row of {@link laneGauges}. */
export interface LaneGaugeRow {
  readonly brake: string | null;
  readonly held: number;
  readonly unknownSince: Date | null;
  readonly dueAt: Date | null;
}

/** Looks up what is known of one lane: each part reads the head of one partial index. What somebody asks about now is not due. */
export function laneGauges({ iss, clientId }: Lane, now: Date): Prisma.Sql {
  return Prisma.sql`SELECT
    (SELECT "state" FROM "IssuerBrake" WHERE "iss" = ${iss}) AS "brake",
    (SELECT count(*)::int FROM (
      SELECT FROM "SsoSession" WHERE "iss" = ${iss} AND "heldAt" IS NOT NULL AND "endedAt" IS NULL LIMIT ${COUNT_UP_TO}
    ) AS counted) AS "held",
    (SELECT "unknownSince" FROM "SsoSession"
      WHERE "iss" = ${iss} AND "unknownSince" IS NOT NULL AND "endedAt" IS NULL AND "expiresAt" > ${now}
      ORDER BY "unknownSince" LIMIT 1) AS "unknownSince",
    (SELECT "probeDueAt" FROM "SsoSession"
      WHERE "iss" = ${iss} AND "clientId" = ${clientId} AND "endedAt" IS NULL AND "expiresAt" > ${now} AND "probeDueAt" > ${WOKEN_AT}
        AND ${isFree(now)}
      ORDER BY "probeDueAt" LIMIT 1) AS "dueAt"`;
}

/** A row of {@link outboxGauges}. */
export interface OutboxGaugeRow {
  readonly waiting: number;
  readonly dead: number;
  readonly oldestAt: Date | null;
}

/** Looks up what is known of the outbox, from its partial indexes. */
export function outboxGauges(): Prisma.Sql {
  return Prisma.sql`SELECT
    (SELECT count(*)::int FROM (
      SELECT "seq" FROM "OutboxEvent" WHERE "publishedAt" IS NULL ORDER BY "seq" LIMIT ${COUNT_UP_TO}
    ) AS counted) AS "waiting",
    (SELECT count(*)::int FROM (
      SELECT FROM "OutboxEvent" WHERE "publishedAt" IS NULL AND "attempts" >= 10 LIMIT ${COUNT_UP_TO}
    ) AS counted) AS "dead",
    (SELECT "createdAt" FROM "OutboxEvent" WHERE "publishedAt" IS NULL ORDER BY "seq" LIMIT 1) AS "oldestAt"`;
}
