import { Prisma } from '../generated/hub/client.js';

/** A row of {@link owedReceipts}. */
export interface OwedReceiptsRow {
  readonly service: string;
  readonly iss: string;
  readonly events: number;
  readonly since: Date;
}

/** Counts for each service that hears an issuer the published events of it that it has sent no receipt for. */
export function owedReceipts(): Prisma.Sql {
  return Prisma.sql`
    SELECT h."service", h."iss", count(*)::int AS "events", min(e."publishedAt") AS "since"
    FROM "Hearer" h JOIN "OutboxEvent" e ON e."payload" -> 'data' ->> 'iss' = h."iss" AND e."publishedAt" IS NOT NULL
    WHERE NOT EXISTS (SELECT FROM "Receipt" r WHERE r."eventId" = e."id" AND r."service" = h."service")
    GROUP BY h."service", h."iss" ORDER BY "since"`;
}
