import type { Lane, WantedCanary } from '#session';
import { Prisma } from '../generated/hub/client.js';

/** A row of {@link newestCanaries}. */
export interface CanaryRow {
  readonly id: string;
  readonly sub: string;
  readonly idpSid: string | null;
}

/** So many of the newest are looked at: who finds none among them goes without, whatever the size of the table. */
const LOOK_AT = 1_000;

/**
 * Finds canaries: first the newest sessions, from the index of the lane or of the person, and of those the ones that will do, so
 * that many which will not are never read one by one.
 */
export function newestCanaries(lane: Lane, wanted: WantedCanary, now: Date, limit: number): Prisma.Sql {
  const { sub, notOf, hasTokens = false, oneOfEach = false } = wanted;
  const conditions = [
    Prisma.sql`"expiresAt" > ${now} AND "asleepSince" IS NULL AND "heldAt" IS NULL`,
    ...(notOf === undefined ? [] : [Prisma.sql`"sub" <> ${notOf}`]),
    ...(hasTokens ? [HAS_TOKENS] : []),
    ...sinceOf(wanted),
  ];
  return Prisma.sql`
    WITH newest AS MATERIALIZED (
      SELECT "id", "sub", "idpSid", "openedAt", "expiresAt", "asleepSince", "heldAt", "refreshState", "idTokenIssuedAt",
        "refreshToken" IS NOT NULL OR "accessToken" IS NOT NULL AS "hasTokens" FROM "SsoSession"
      WHERE "iss" = ${lane.iss} AND "clientId" = ${lane.clientId} AND "endedAt" IS NULL
        ${sub === undefined ? Prisma.empty : Prisma.sql`AND "sub" = ${sub}`}
      ${sub === undefined ? Prisma.sql`ORDER BY "openedAt" DESC LIMIT ${LOOK_AT}` : Prisma.empty}
    )
    ${oneOfEach ? byChance(conditions) : newestFirst(conditions)} LIMIT ${limit}`;
}

function newestFirst(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return Prisma.sql`
    SELECT "id"::text, "sub", "idpSid" FROM newest WHERE ${Prisma.join([...conditions], ' AND ')}
    ORDER BY "openedAt" DESC, "id" DESC`;
}

function byChance(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return Prisma.sql`
    SELECT "id"::text, "sub", "idpSid" FROM (
      SELECT DISTINCT ON ("sub") "id", "sub", "idpSid" FROM newest WHERE ${Prisma.join([...conditions], ' AND ')}
      ORDER BY "sub", "openedAt" DESC
    ) AS each ORDER BY random()`;
}

/** Not while a refresh is under way, or has come to nothing. */
const HAS_TOKENS = Prisma.sql`"refreshState" IS NULL AND "hasTokens"`;

/** A person who signs in again at the same IdP session has but one session here: her ID token tells when. */
function sinceOf({ sub, signedInSince }: WantedCanary): readonly Prisma.Sql[] {
  if (signedInSince === undefined) return [];
  const column = sub === undefined ? Prisma.sql`"openedAt"` : Prisma.sql`"idTokenIssuedAt"`;
  return [Prisma.sql`${column} >= ${signedInSince}`];
}
