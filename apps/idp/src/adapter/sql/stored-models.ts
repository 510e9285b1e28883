import { Prisma } from '../../generated/client.js';

/** Lists the kinds of artifacts in the table, by one step in the index for each. */
export function storedModels(): Prisma.Sql {
  return Prisma.sql`
    WITH RECURSIVE kind AS (
      (SELECT "model" FROM "Artifact" ORDER BY "model" LIMIT 1)
      UNION ALL
      SELECT (SELECT "model" FROM "Artifact" WHERE "model" > kind."model" ORDER BY "model" LIMIT 1)
      FROM kind WHERE kind."model" IS NOT NULL
    )
    SELECT "model" FROM kind WHERE "model" IS NOT NULL`;
}
