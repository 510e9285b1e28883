import { BRAKE_WINDOW_MS, type Lane } from '#session';
import { Prisma } from '../generated/hub/client.js';

/** A row of {@link brakeCounts}. */
export interface BrakeCounts {
  readonly ended: number;
  readonly active: number;
  readonly activeBefore: number;
  readonly endedBefore: number;
}

const DAY_MS = 24 * 60 * 60_000;

/**
 * Counts what the brake looks at: endings are exact, since whoever asks holds the issuer's lock; probes are what the pollers
 * have told by now, and only whole minutes of the window, so that they are never too many.
 *
 * @param since start of the window
 */
export function brakeCounts(iss: string, since: Date, now: Date): Prisma.Sql {
  const windowStart = new Date(now.getTime() - BRAKE_WINDOW_MS);
  const dayStart = new Date(now.getTime() - DAY_MS);
  return Prisma.sql`
    SELECT ${endingsSince(Prisma.sql`"iss" = ${iss}`, since)} AS "ended",
      COALESCE(sum("active") FILTER (WHERE "minute" >= ${since}), 0)::int AS "active",
      COALESCE(sum("active") FILTER (WHERE "minute" < ${windowStart}), 0)::int AS "activeBefore",
      COALESCE(sum("ended") FILTER (WHERE "minute" < ${windowStart}), 0)::int AS "endedBefore"
    FROM "ProbeCount" WHERE "iss" = ${iss} AND "minute" >= ${dayStart}`;
}

/** Counts what polls ended of a client's sessions since the latest `active`: a row with `n`. */
export function endingsSinceActive({ iss, clientId }: Lane, lastActiveAt: Date): Prisma.Sql {
  return Prisma.sql`SELECT ${endingsSince(Prisma.sql`"iss" = ${iss} AND "clientId" = ${clientId}`, lastActiveAt)} AS "n"`;
}

function endingsSince(whose: Prisma.Sql, since: Date): Prisma.Sql {
  return Prisma.sql`(
    SELECT count(*) FROM "SsoSession" WHERE ${whose} AND "endedAt" > ${since} AND "endCause" = 'poll_session_ended'
  )::int`;
}
