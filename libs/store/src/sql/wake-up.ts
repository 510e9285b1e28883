import { Prisma } from '../generated/hub/client.js';

/**
 * Makes a sleeping session due: one that nobody would ask about before its absolute end, as it was left by `letSleep`. A lease or a
 * retry is due before that, and is left alone. Not later than the hub's own time, so that no poller waits for a clock that is ahead.
 */
export function wakeUp(sid: string, now: Date): Prisma.Sql {
  return Prisma.sql`
    UPDATE "SsoSession" SET "probeDueAt" = LEAST(${now}, clock_timestamp())
    WHERE "id" = ${sid}::uuid AND "asleepSince" IS NOT NULL AND "endedAt" IS NULL
      AND "probeDueAt" >= "expiresAt" AND "probeDueAt" > ${now}`;
}
