import type { Lane } from '#session';
import { Prisma } from '../generated/hub/client.js';

/** A row of {@link claimDue}. */
export interface ClaimedRow {
  readonly id: string;
  readonly sub: string;
  readonly idpSid: string | null;
  readonly openedAt: Date;
  readonly expiresAt: Date;
  readonly authTime: Date | null;
  readonly idpCheckedAt: Date;
  readonly lastUsedAt: Date | null;
  readonly asleepSince: Date | null;
  readonly idToken: string;
  readonly accessToken: string | null;
  readonly accessExpiresAt: Date | null;
  readonly refreshToken: string | null;
  readonly refreshExpiresAt: Date | null;
  readonly tokenGeneration: number;
  readonly refreshState: string | null;
  readonly refreshSince: Date | null;
  readonly weakEndedAt: Date | null;
  readonly unknownCount: number;
  readonly unknownReason: string | null;
  readonly unknownSince: Date | null;
}

/** The columns of a {@link ClaimedRow}. */
export const CLAIMED_COLUMNS = Prisma.sql`
      s."id"::text, s."sub", s."idpSid", s."openedAt", s."expiresAt", s."authTime", s."idpCheckedAt", s."asleepSince",
      s."idToken", s."accessToken", s."accessExpiresAt", s."refreshToken", s."refreshExpiresAt", s."tokenGeneration",
      s."refreshState", s."refreshSince", s."weakEndedAt", s."unknownCount", s."unknownReason", s."unknownSince",
      (SELECT max(b."lastSeenAt") FROM "BrowserSession" AS b WHERE b."ssoSessionId" = s."id" AND b."endedAt" IS NULL) AS "lastUsedAt"`;

/** Nobody asks about the session at `now`. */
export function isFree(now: Date): Prisma.Sql {
  return Prisma.sql`("leaseEndsAt" IS NULL OR "leaseEndsAt" <= ${now})`;
}

/**
 * Claims due sessions: those that another poller has, or is claiming at this moment, are passed over until their lease ends. So a
 * poller may die at any moment. When a session is due stays as it was: no index has to be written (ADR 10).
 */
export function claimDue(lane: Lane, now: Date, leaseEndsAt: Date, leaseId: string, limit: number): Prisma.Sql {
  return Prisma.sql`
    UPDATE "SsoSession" AS s SET "leaseEndsAt" = ${leaseEndsAt}, "leaseId" = ${leaseId}::uuid
    FROM (
      SELECT "id" FROM "SsoSession"
      WHERE "iss" = ${lane.iss} AND "clientId" = ${lane.clientId} AND "endedAt" IS NULL AND "probeDueAt" <= ${now} AND "expiresAt" > ${now}
        AND ${isFree(now)}
      ORDER BY "probeDueAt" LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ) AS chosen
    WHERE s."id" = chosen."id"
    RETURNING ${CLAIMED_COLUMNS}`;
}
