import { Prisma } from '../generated/hub/client.js';

/** A row of {@link countEndings}. */
export interface EndingsRow {
  readonly cause: string | null;
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** So many endings are counted at most, so that it costs the same on a day of mass logouts. */
export const MOST_ENDINGS = 10_000;

/** Counts the latest endings of an issuer by cause. */
export function countEndings(iss: string, from: Date, until: Date): Prisma.Sql {
  return Prisma.sql`
    SELECT latest."endCause" AS "cause", count(*)::int AS "count", min("endedAt") AS "firstAt", max("endedAt") AS "lastAt"
    FROM (
      SELECT "endCause", "endedAt" FROM "SsoSession"
      WHERE "iss" = ${iss} AND "endedAt" IS NOT NULL AND "endedAt" > ${from} AND "endedAt" <= ${until}
      ORDER BY "endedAt" DESC LIMIT ${MOST_ENDINGS}
    ) AS latest
    GROUP BY latest."endCause"`;
}
