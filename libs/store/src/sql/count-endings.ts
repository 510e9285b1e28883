import { Prisma } from '../generated/hub/client.js';

/** A row of {@link countEndings}. */
export interface EndingsRow {
  readonly cause: string;
  readonly endings: number;
}

const MOST = 10_000;

/** Counts the latest endings of an issuer by cause: so many at most, that it costs the same on a day of mass logouts. */
export function countEndings(iss: string, from: Date): Prisma.Sql {
  return Prisma.sql`
    SELECT latest."endCause" AS "cause", count(*)::int AS "endings"
    FROM (
      SELECT "endCause" FROM "SsoSession"
      WHERE "iss" = ${iss} AND "endedAt" IS NOT NULL AND "endedAt" > ${from} ORDER BY "endedAt" DESC LIMIT ${MOST}
    ) AS latest
    WHERE latest."endCause" IS NOT NULL
    GROUP BY latest."endCause"`;
}
