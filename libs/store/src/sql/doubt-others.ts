import { Prisma } from '../generated/hub/client.js';

/**
 * Makes the other sessions of the people whose sessions `sids` were due by `soon`. Sleeping ones sleep on: they are asked about
 * before they are believed. A question under way counts no more: it may have been answered before the ending. In the order of
 * ids, as endings lock.
 */
export function doubtOthers(sids: readonly string[], soon: Date, now: Date): Prisma.Sql {
  return Prisma.sql`
    UPDATE "SsoSession" AS s SET "probeDueAt" = ${soon}, "leaseEndsAt" = NULL, "leaseId" = NULL
    FROM (
      SELECT "id" FROM "SsoSession"
      WHERE ("iss", "sub") IN (SELECT DISTINCT "iss", "sub" FROM "SsoSession" WHERE "id" = ANY(${[...sids]}::uuid[]))
        AND "endedAt" IS NULL AND "asleepSince" IS NULL AND "expiresAt" > ${now}
        AND ("probeDueAt" > ${soon} OR "leaseEndsAt" > ${soon})
      ORDER BY "id" FOR UPDATE
    ) AS other
    WHERE s."id" = other."id"`;
}
