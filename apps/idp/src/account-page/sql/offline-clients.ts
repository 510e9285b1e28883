import { Prisma } from '../../generated/client.js';

/** Finds the clients that hold a refresh token of a person which works without any session. */
export function offlineClients(sub: string, now: Date): Prisma.Sql {
  return Prisma.sql`
    SELECT DISTINCT "payload" ->> 'clientId' AS "clientId" FROM "Artifact"
    WHERE "model" = 'RefreshToken' AND "accountId" = ${sub} AND "consumedAt" IS NULL AND "expiresAt" > ${now}
      AND NOT COALESCE(("payload" ->> 'expiresWithSession')::boolean, FALSE)`;
}
