import { Prisma } from '../../generated/client.js';

/**
 * Removes up to `limit` artifacts of one kind that expired before `until`. A session with somebody signed in is not only
 * removed but ended, by `ExpirySweeper`.
 */
export function removeArtifacts(model: string, until: Date, limit: number): Prisma.Sql {
  const nobodys = model === 'Session' ? Prisma.sql`AND "accountId" IS NULL` : Prisma.empty;
  return Prisma.sql`
    DELETE FROM "Artifact" WHERE ("model", "id") IN (
      SELECT "model", "id" FROM "Artifact" WHERE "model" = ${model} AND "expiresAt" < ${until} ${nobodys}
      ORDER BY "expiresAt" LIMIT ${limit} FOR UPDATE SKIP LOCKED)`;
}
