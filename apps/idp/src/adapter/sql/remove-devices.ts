import { Prisma } from '../../generated/client.js';

/** Removes up to `limit` devices from before `until` whose session is gone. */
export function removeDevices(until: Date, limit: number): Prisma.Sql {
  return Prisma.sql`
    DELETE FROM "SessionDevice" WHERE "uid" IN (
      SELECT d."uid" FROM "SessionDevice" AS d
      WHERE d."createdAt" < ${until} AND NOT EXISTS (SELECT FROM "Artifact" AS a WHERE a."uid" = d."uid")
      LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
}
