import { Prisma } from '../../generated/client.js';

/** Takes one client out of a session, which lives on. */
export function removeClient(uid: string, clientId: string): Prisma.Sql {
  return Prisma.sql`
    UPDATE "Artifact" SET "payload" = "payload" #- ARRAY['authorizations', ${clientId}]::text[]
    WHERE "model" = 'Session' AND "uid" = ${uid}`;
}
