import type { Lane } from '#session';
import { Prisma } from '../generated/hub/client.js';
import { isFree } from './claim-due.js';

const SPREAD_S = 60;

/**
 * Makes sessions due, spread over a minute, whose latest answer could not be believed because the way of asking had not proved
 * itself. Those that somebody asks about at this moment are left: their lease stands.
 */
export function askUncalibrated({ iss, clientId }: Lane, now: Date): Prisma.Sql {
  return Prisma.sql`
    UPDATE "SsoSession" AS s SET "probeDueAt" = LEAST(s."probeDueAt", ${now}::timestamptz + random() * ${SPREAD_S} * interval '1 second')
    FROM (
      SELECT "id" FROM "SsoSession"
      WHERE "iss" = ${iss} AND "clientId" = ${clientId} AND "endedAt" IS NULL AND "unknownSince" IS NOT NULL
        AND "unknownReason" = 'uncalibrated' AND "asleepSince" IS NULL AND "heldAt" IS NULL AND ${isFree(now)}
      FOR UPDATE SKIP LOCKED
    ) AS doubted
    WHERE s."id" = doubted."id"`;
}
