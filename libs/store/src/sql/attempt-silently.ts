import { Prisma } from '../generated/hub/client.js';

/** Notes an attempt, unless there was one within the cool-down: then no row is changed. */
export function attemptSilently(id: string, now: Date, coolDownMs: number): Prisma.Sql {
  const before = new Date(now.getTime() - coolDownMs);
  const expiresAt = new Date(now.getTime() + coolDownMs);
  return Prisma.sql`
    INSERT INTO "SilentAttempt" ("id", "attemptedAt", "expiresAt") VALUES (${id}, ${now}, ${expiresAt})
    ON CONFLICT ("id") DO UPDATE SET "attemptedAt" = excluded."attemptedAt", "expiresAt" = excluded."expiresAt"
    WHERE "SilentAttempt"."attemptedAt" <= ${before}`;
}
