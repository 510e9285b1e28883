import type { HeldEnding, Sid } from '#session';
import { Prisma } from '../generated/hub/client.js';

/**
 * Holds a session back until somebody decides: it is not asked about any more in the usual way. What was held before stays
 * as it was.
 */
export function holdSession(sid: Sid, ending: HeldEnding, reauthenticate: boolean, now: Date): Prisma.Sql {
  const evidence = JSON.stringify({ ...ending, effectiveAt: ending.effectiveAt.toISOString() });
  return Prisma.sql`
    UPDATE "SsoSession" SET "heldAt" = COALESCE("heldAt", ${now}), "heldEvidence" = COALESCE("heldEvidence", ${evidence}::jsonb),
      "probeDueAt" = "expiresAt", "leaseEndsAt" = NULL,
      "reauthReason" = CASE WHEN ${reauthenticate} THEN COALESCE("reauthReason", 'held') ELSE "reauthReason" END
    WHERE "id" = ${sid}::uuid AND "endedAt" IS NULL`;
}
