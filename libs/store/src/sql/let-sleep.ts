import { Prisma } from '../generated/hub/client.js';

/**
 * Lets a session sleep until its absolute end, unless a browser has used it since `unusedSince`: then, and when the lease
 * was lost, nothing changes.
 */
export function letSleep(
  session: { readonly sid: string; readonly leaseId: string },
  now: Date,
  unusedSince: Date,
): Prisma.Sql {
  return Prisma.sql`
    UPDATE "SsoSession" AS s SET "asleepSince" = COALESCE(s."asleepSince", ${now}), "probeDueAt" = s."expiresAt", "leaseEndsAt" = NULL
    WHERE s."id" = ${session.sid}::uuid AND s."leaseId" = ${session.leaseId}::uuid AND s."endedAt" IS NULL
      AND NOT EXISTS (
        SELECT 1 FROM "BrowserSession" AS b
        WHERE b."ssoSessionId" = s."id" AND b."endedAt" IS NULL AND b."lastSeenAt" > ${unusedSince}
      )`;
}
