import { Prisma } from '../../generated/client.js';

/** Removes up to `limit` counters of the sign-in limits that count no more. */
export function removeCounters(until: Date, limit: number): Prisma.Sql {
  return Prisma.sql`
    DELETE FROM "RateLimiterFlexible" WHERE "key" IN (
      SELECT "key" FROM "RateLimiterFlexible" WHERE "expire" < ${until}
      ORDER BY "expire" LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
}
