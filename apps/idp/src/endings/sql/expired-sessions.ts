import { Prisma } from '../../generated/client.js';

/** A session whose time has come. */
export interface ExpiredSession {
  readonly uid: string;
  readonly expiresAt: Date;
  /** seconds since 1970 of the sign-in */
  readonly loginTs: number | null;
}

/** Finds sessions with somebody signed in that have expired, the oldest first. Passes over those that are being written. */
export function expiredSessions(now: Date, limit: number): Prisma.Sql {
  return Prisma.sql`
    SELECT "uid", "expiresAt", ("payload" ->> 'loginTs')::float8 AS "loginTs" FROM "Artifact"
    WHERE "model" = 'Session' AND "expiresAt" <= ${now} AND "accountId" IS NOT NULL AND "uid" IS NOT NULL
    ORDER BY "expiresAt" LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
}
