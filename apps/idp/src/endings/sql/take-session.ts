import { Prisma } from '../../generated/client.js';

/** What is left of a session that was taken. */
export interface TakenRow {
  readonly payload: unknown;
}

/**
 * Takes a session out of the table: whoever gets the row ends it, and of two at once only one gets it. Waits for a request
 * that is writing it, so that a client which is just being let in is not missed.
 *
 * @param expiredBy takes it only if it has expired then; a request may have moved its end meanwhile
 */
export function takeSession(uid: string, expiredBy: Date | undefined): Prisma.Sql {
  const expired = expiredBy === undefined ? Prisma.empty : Prisma.sql`AND "expiresAt" <= ${expiredBy}`;
  return Prisma.sql`DELETE FROM "Artifact" WHERE "model" = 'Session' AND "uid" = ${uid} ${expired} RETURNING "payload"`;
}
