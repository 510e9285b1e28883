import { Prisma } from '../../generated/client.js';

/** Removes up to `limit` endings from before `until`, with their deliveries; none that a client must still be told of. */
export function removeEndings(until: Date, limit: number): Prisma.Sql {
  return Prisma.sql`
    DELETE FROM "SessionEnding" WHERE "id" IN (
      SELECT "id" FROM "SessionEnding" AS e WHERE "endedAt" < ${until} AND NOT EXISTS (
        SELECT FROM "LogoutDelivery" AS d WHERE d."endingId" = e."id" AND d."dueAt" IS NOT NULL)
      ORDER BY "endedAt" LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
}
