import type { Receipt } from '#session';
import { Prisma } from '../generated/hub/client.js';

/** A row of {@link keepReceipt}; none when there is no such event. */
export interface KeptReceiptRow {
  readonly payload: unknown;
  readonly isFirst: boolean;
}

/** Keeps the first receipt of a service for an event that is known, for a week by the clock of the hub. */
export function keepReceipt({ eventId, service, sessions, appliedAt }: Receipt): Prisma.Sql {
  return Prisma.sql`
    WITH "event" AS (SELECT "id", "payload" FROM "OutboxEvent" WHERE "id" = ${eventId}),
    "kept" AS (
      INSERT INTO "Receipt" ("eventId", "service", "sessions", "appliedAt", "expiresAt")
      SELECT "id", ${service}, ${sessions}::int, ${appliedAt}::timestamptz, now() + interval '7 days' FROM "event"
      ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT "payload", EXISTS (SELECT FROM "kept") AS "isFirst" FROM "event"`;
}
