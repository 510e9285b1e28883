import type { Lane } from '#session';
import { Prisma } from '../generated/hub/client.js';

/**
 * Chooses up to `limit` people by chance of those who have signed in since `since`, and gives the newest session of each. By
 * chance: whoever signs in again and again must not be the only one who is looked at.
 */
export function newestOfEach({ iss, clientId }: Lane, since: Date, now: Date, limit: number): Prisma.Sql {
  return Prisma.sql`
    SELECT "id"::text FROM (
      SELECT DISTINCT ON ("sub") "id" FROM "SsoSession"
      WHERE "iss" = ${iss} AND "clientId" = ${clientId} AND "endedAt" IS NULL AND "heldAt" IS NULL
        AND "expiresAt" > ${now} AND "openedAt" >= ${since}
      ORDER BY "sub", "openedAt" DESC
    ) AS newest
    ORDER BY random() LIMIT ${limit}`;
}
