import type { Lane } from '#session';
import { Prisma } from '../generated/hub/client.js';

/** A row of {@link countUnwatched}. */
export interface UnwatchedRow extends Lane {
  readonly sessions: number;
}

/**
 * Counts the live sessions of every lane but `lanes`. It steps from lane to lane through the index of due sessions, so the
 * sessions of the others are not read.
 */
export function countUnwatched(lanes: readonly Lane[], now: Date): Prisma.Sql {
  const known = lanes.map(({ iss, clientId }) => Prisma.sql`(${iss}, ${clientId})`);
  const isOther =
    known.length === 0 ? Prisma.sql`TRUE` : Prisma.sql`(lane."iss", lane."clientId") NOT IN (${Prisma.join(known)})`;
  return Prisma.sql`
    WITH RECURSIVE lane AS (
      (SELECT "iss", "clientId" FROM "SsoSession" WHERE "endedAt" IS NULL ORDER BY "iss", "clientId" LIMIT 1)
      UNION ALL
      SELECT next."iss", next."clientId" FROM lane CROSS JOIN LATERAL (
        SELECT s."iss", s."clientId" FROM "SsoSession" AS s
        WHERE s."endedAt" IS NULL AND (s."iss", s."clientId") > (lane."iss", lane."clientId")
        ORDER BY s."iss", s."clientId" LIMIT 1
      ) AS next
    ), other AS (
      SELECT lane."iss", lane."clientId", (
        SELECT count(*)::int FROM "SsoSession" AS s
        WHERE s."iss" = lane."iss" AND s."clientId" = lane."clientId" AND s."endedAt" IS NULL AND s."expiresAt" > ${now}
      ) AS "sessions"
      FROM lane WHERE ${isOther}
    )
    SELECT * FROM other WHERE "sessions" > 0`;
}
