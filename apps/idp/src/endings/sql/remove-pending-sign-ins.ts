import { Prisma } from '../../generated/client.js';

/**
 * Removes sign-ins of a person whose password was accepted and that have not come to a session yet: they would open one
 * after all of them were ended. The table holds them for minutes only, so no index is needed.
 */
export function removePendingSignIns(sub: string, now: Date): Prisma.Sql {
  return Prisma.sql`
    DELETE FROM "Artifact"
    WHERE "model" = 'Interaction' AND "expiresAt" > ${now} AND "payload" #>> '{result,login,accountId}' = ${sub}`;
}
