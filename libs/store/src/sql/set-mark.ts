import { Prisma } from '../generated/hub/client.js';

/** Sets a mark of the hub, or moves it on: it never moves back. */
export function setMark(mark: {
  iss: string;
  scope: string;
  key: string;
  endedBefore: Date;
  expiresAt: Date;
}): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO "RevocationMark" ("iss", "scope", "key", "endedBefore", "expiresAt")
    VALUES (${mark.iss}, ${mark.scope}, ${mark.key}, ${mark.endedBefore}, ${mark.expiresAt})
    ON CONFLICT ("iss", "scope", "key") DO UPDATE SET
      "endedBefore" = GREATEST("RevocationMark"."endedBefore", excluded."endedBefore"),
      "expiresAt" = GREATEST("RevocationMark"."expiresAt", excluded."expiresAt")`;
}
