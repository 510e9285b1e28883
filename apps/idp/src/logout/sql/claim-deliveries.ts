import { Prisma } from '../../generated/client.js';

/** A delivery that this process may attempt until its lease ends. */
export interface ClaimedDelivery {
  readonly id: string;
  readonly endingId: string;
  readonly clientId: string;
  readonly sub: string;
  readonly sid: string | null;
  /** this attempt counted; a result is written down only while it still stands */
  readonly attempts: number;
  readonly createdAt: Date;
}

/** What is claimed. */
export interface Claim {
  readonly now: Date;
  readonly leaseEndsAt: Date;
  readonly limit: number;
  /** how many of one client are attempted at once */
  readonly perClient: number;
  /** how many of each client are being attempted here */
  readonly underWay: ReadonlyMap<string, number>;
}

/**
 * Claims due deliveries, those never tried before the others. What another replica is claiming is passed over, and a claimed
 * one is due again when its lease ends, so a replica may die at any moment. No client gets more than its share of attempts
 * at once, or one that hangs would keep the others waiting.
 */
export function claimDeliveries({ now, leaseEndsAt, limit, perClient, underWay }: Claim): Prisma.Sql {
  const busy = JSON.stringify(Object.fromEntries(underWay));
  return Prisma.sql`
    UPDATE "LogoutDelivery" AS d SET "dueAt" = ${leaseEndsAt}, "attempts" = d."attempts" + 1
    FROM (
      SELECT "id" FROM "LogoutDelivery"
      WHERE "dueAt" <= ${now} AND "id" IN (
        SELECT "id" FROM (
          SELECT "id", "clientId", "attempts", "dueAt",
            row_number() OVER (PARTITION BY "clientId" ORDER BY "attempts" > 0, "dueAt") AS place
          FROM "LogoutDelivery" WHERE "dueAt" <= ${now}
        ) AS ranked
        WHERE place <= ${perClient}::int - COALESCE((${busy}::jsonb ->> "clientId")::int, 0)
        ORDER BY "attempts" > 0, "dueAt" LIMIT ${limit}::int
      )
      FOR UPDATE SKIP LOCKED
    ) AS due
    WHERE d."id" = due."id"
    RETURNING d."id"::text, d."endingId"::text, d."clientId", d."sub", d."sid", d."attempts", d."createdAt"`;
}
