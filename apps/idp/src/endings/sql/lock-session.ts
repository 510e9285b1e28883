import { Prisma } from '../../generated/client.js';

/** Reads a session and keeps others from writing it until the transaction ends. */
export function lockSession(uid: string): Prisma.Sql {
  return Prisma.sql`SELECT "payload" FROM "Artifact" WHERE "model" = 'Session' AND "uid" = ${uid} FOR UPDATE`;
}
