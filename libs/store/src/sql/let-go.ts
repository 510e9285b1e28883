import { Prisma } from '../generated/hub/client.js';

/** Takes back what the brake holds against sessions that `which` names, and makes them due. */
export function letGo(which: Prisma.Sql, now: Date): Prisma.Sql {
  return Prisma.sql`
    UPDATE "SsoSession" SET "heldAt" = NULL, "heldEvidence" = NULL, "weakEndedAt" = NULL, "probeDueAt" = ${now}, "leaseEndsAt" = NULL,
      "reauthReason" = CASE WHEN "reauthReason" = 'held' THEN NULL ELSE "reauthReason" END
    WHERE "heldAt" IS NOT NULL AND "endedAt" IS NULL AND ${which}`;
}
