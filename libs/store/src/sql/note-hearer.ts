import { Prisma } from '../generated/hub/client.js';

/** Remembers for a week that a service hears endings of an issuer; written at most once a minute for each. */
export function noteHearer(iss: string, service: string): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO "Hearer" ("iss", "service", "expiresAt") VALUES (${iss}, ${service}, now() + interval '7 days')
    ON CONFLICT ("iss", "service") DO UPDATE SET "expiresAt" = excluded."expiresAt"
    WHERE "Hearer"."expiresAt" < excluded."expiresAt" - interval '1 minute'`;
}
