import { Prisma } from '../generated/hub/client.js';

/** A row of {@link notePoller}. */
export interface PollersRow {
  readonly pollers: number;
}

/**
 * Notes that a poller runs, forgets those that have not been seen for an hour, and counts those seen in the last 15
 * seconds, this one included. All by the database's clock: pollers' clocks may differ.
 */
export function notePoller(id: string): Prisma.Sql {
  return Prisma.sql`
    WITH noted AS (
      INSERT INTO "Poller" ("id", "seenAt") VALUES (${id}::uuid, now())
      ON CONFLICT ("id") DO UPDATE SET "seenAt" = excluded."seenAt"
    ), forgotten AS (
      DELETE FROM "Poller" WHERE "seenAt" < now() - interval '1 hour' AND "id" <> ${id}::uuid
    )
    SELECT count(*)::int + 1 AS "pollers" FROM "Poller"
    WHERE "seenAt" > now() - interval '15 seconds' AND "id" <> ${id}::uuid`;
}
