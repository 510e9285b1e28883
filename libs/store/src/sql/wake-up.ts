import { Prisma } from '../generated/hub/client.js';
import { isFree } from './claim-due.js';

/** When a woken session is due: before every other, for somebody waits for the answer, and by nobody's clock. */
export const WOKEN_AT = new Date(0);

/**
 * Makes a sleeping session due before all others: one that nobody would ask about before its absolute end, as it was left by
 * `letSleep`. A retry is due before that, and is left alone; so is one that somebody asks about.
 */
export function wakeUp(sid: string, now: Date): Prisma.Sql {
  return Prisma.sql`
    UPDATE "SsoSession" SET "probeDueAt" = ${WOKEN_AT}
    WHERE "id" = ${sid}::uuid AND "asleepSince" IS NOT NULL AND "endedAt" IS NULL
      AND "probeDueAt" >= "expiresAt" AND "probeDueAt" > ${now} AND ${isFree(now)}`;
}
