import { Prisma } from '../generated/hub/client.js';

/** A row of {@link claimDue}. */
export interface ClaimedRow {
  readonly id: string;
  readonly clientId: string;
  readonly sub: string;
  readonly idToken: string;
  readonly accessToken: string | null;
  readonly accessExpiresAt: Date | null;
  readonly refreshToken: string | null;
  readonly refreshExpiresAt: Date | null;
  readonly tokenGeneration: number;
  readonly refreshState: string | null;
  readonly weakEndedAt: Date | null;
  readonly unknownCount: number;
}

/**
 * Claims due sessions: those that another poller is claiming at this moment are passed over, and a claimed one is due
 * again when its lease ends. So a poller may die at any moment.
 */
export function claimDue(iss: string, now: Date, leaseEndsAt: Date, leaseId: string, limit: number): Prisma.Sql {
  return Prisma.sql`
    UPDATE "SsoSession" AS s SET "probeDueAt" = ${leaseEndsAt}, "leaseId" = ${leaseId}::uuid
    FROM (
      SELECT "id" FROM "SsoSession"
      WHERE "iss" = ${iss} AND "endedAt" IS NULL AND "probeDueAt" <= ${now} AND "expiresAt" > ${now}
      ORDER BY "probeDueAt" LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ) AS due
    WHERE s."id" = due."id"
    RETURNING s."id"::text, s."clientId", s."sub", s."idToken", s."accessToken", s."accessExpiresAt", s."refreshToken", s."refreshExpiresAt",
      s."tokenGeneration", s."refreshState", s."weakEndedAt", s."unknownCount"`;
}
