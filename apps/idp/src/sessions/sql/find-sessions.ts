import { Prisma } from '../../generated/client.js';

/** Which sessions are sought. */
export interface SessionQuery {
  readonly sub?: string | undefined;
  /** only sessions that have signed the person in to this client */
  readonly clientId?: string | undefined;
  /** the last id of the page before */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** A session's row. */
export interface SessionRow {
  readonly payload: unknown;
  readonly expiresAt: Date;
}

/** Finds living sessions that somebody is signed in to, in the order of their ids. */
export function findSessions({ sub, clientId, after, limit }: SessionQuery, now: Date): Prisma.Sql {
  const all = [
    Prisma.sql`"model" = 'Session' AND "accountId" IS NOT NULL AND "expiresAt" > ${now}`,
    ...(sub === undefined ? [] : [Prisma.sql`"accountId" = ${sub}`]),
    ...(clientId === undefined
      ? []
      : [Prisma.sql`"payload" #>> ARRAY['authorizations', ${clientId}, 'sid'] IS NOT NULL`]),
    ...(after === undefined ? [] : [Prisma.sql`"uid" > ${after}`]),
  ];
  return Prisma.sql`
    SELECT "payload", "expiresAt" FROM "Artifact" WHERE ${Prisma.join(all, ' AND ')} ORDER BY "uid" LIMIT ${limit}::int`;
}
