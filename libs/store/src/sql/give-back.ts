import { Prisma } from '../generated/hub/client.js';
import { WOKEN_AT } from './wake-up.js';

/**
 * Lets go of claims: each session is due at `dueAt`, one that was woken before all others, and one that the brake holds not at all.
 * In the order of ids, as endings lock.
 */
export function giveBack(
  claimed: readonly { readonly sid: string; readonly leaseId: string }[],
  dueAt: Date,
): Prisma.Sql {
  const rows = claimed.map(({ sid, leaseId }) => Prisma.sql`(${sid}::uuid, ${leaseId}::uuid)`);
  return Prisma.sql`
    UPDATE "SsoSession" AS s SET "leaseId" = NULL, "leaseEndsAt" = NULL, "probeDueAt" = CASE
      WHEN s."heldAt" IS NOT NULL THEN s."expiresAt" WHEN s."asleepSince" IS NOT NULL THEN ${WOKEN_AT} ELSE ${dueAt} END
    FROM (
      SELECT "id" FROM "SsoSession" WHERE ("id", "leaseId") IN (${Prisma.join(rows)}) AND "endedAt" IS NULL
      ORDER BY "id" FOR UPDATE
    ) AS mine
    WHERE s."id" = mine."id"`;
}
