import type { Lane, Sid } from '#session';
import { Prisma } from '../generated/hub/client.js';
import { CLAIMED_COLUMNS } from './claim-due.js';

/** Claims these live sessions, due or not. A row that somebody else writes at this moment is passed over. */
export function claimThese(lane: Lane, sids: readonly Sid[], leaseEndsAt: Date, leaseId: string): Prisma.Sql {
  return Prisma.sql`
    UPDATE "SsoSession" AS s SET "leaseEndsAt" = ${leaseEndsAt}, "leaseId" = ${leaseId}::uuid
    FROM (
      SELECT "id" FROM "SsoSession"
      WHERE "iss" = ${lane.iss} AND "clientId" = ${lane.clientId} AND "endedAt" IS NULL AND "id" = ANY(${[...sids]}::uuid[])
      ORDER BY "id" FOR UPDATE SKIP LOCKED
    ) AS those
    WHERE s."id" = those."id"
    RETURNING ${CLAIMED_COLUMNS}`;
}
