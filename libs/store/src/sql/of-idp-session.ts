import { Prisma } from '../generated/hub/client.js';

/** A row of {@link ofIdpSession}. */
export interface OfIdpSessionRow {
  readonly id: string;
  readonly sub: string;
}

/** Finds the sessions of an IdP session, the newest first, up to `limit`: live and ended ones, each from the index of its kind. */
export function ofIdpSession(
  { iss, clientId, idpSid }: { readonly iss: string; readonly clientId: string; readonly idpSid: string },
  limit: number,
): Prisma.Sql {
  const part = (condition: Prisma.Sql) => Prisma.sql`
    SELECT "id", "sub" FROM "SsoSession"
    WHERE "iss" = ${iss} AND "clientId" = ${clientId} AND "idpSid" = ${idpSid} AND "endedAt" ${condition}`;
  return Prisma.sql`
    SELECT "id"::text, "sub" FROM (${part(Prisma.sql`IS NULL`)} UNION ALL ${part(Prisma.sql`IS NOT NULL`)}) AS each
    ORDER BY each."id" DESC LIMIT ${limit}`;
}
