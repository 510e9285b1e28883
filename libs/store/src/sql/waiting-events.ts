import { Prisma } from '../generated/hub/client.js';

/** A row of {@link waitingEvents}. */
export interface WaitingEvent {
  readonly seq: bigint;
  readonly id: string;
  readonly subject: string;
  readonly payload: unknown;
}

/** Takes the oldest unpublished events until the transaction ends. Those that another relay holds are passed over. */
export function waitingEvents(limit: number): Prisma.Sql {
  return Prisma.sql`
    SELECT "seq", "id", "subject", "payload" FROM "OutboxEvent"
    WHERE "publishedAt" IS NULL ORDER BY "seq" LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
}
