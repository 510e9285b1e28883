import { Prisma } from '../generated/hub/client.js';

/** Lets go of a claim: the session is due at `now`, or, if the brake holds it, not at all. */
export function putBack(session: { readonly sid: string; readonly leaseId: string }, now: Date): Prisma.Sql {
  return Prisma.sql`
    UPDATE "SsoSession" SET "probeDueAt" = CASE WHEN "heldAt" IS NULL THEN ${now} ELSE "expiresAt" END
    WHERE "id" = ${session.sid}::uuid AND "leaseId" = ${session.leaseId}::uuid AND "endedAt" IS NULL`;
}
