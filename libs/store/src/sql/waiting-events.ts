/** A row of {@link WAITING_EVENTS}. */
export interface WaitingEvent {
  readonly seq: string;
  readonly id: string;
  readonly subject: string;
  readonly payload: string;
  readonly attempts: number;
}

/**
 * Takes the oldest unpublished events behind `$1`, at most `$2`, that do not rest at `$3`, until the transaction ends. Those
 * that another relay holds are passed over, and so are those of a session that has an earlier one. That is asked row by row:
 * a join would read all that waits for each batch.
 */
export const WAITING_EVENTS = `
  SELECT "seq", "id", "subject", "payload"::text, "attempts" FROM "OutboxEvent" AS e
  WHERE "publishedAt" IS NULL AND "seq" > $1 AND ("retryAt" IS NULL OR "retryAt" <= $3)
    AND "seq" = (
      SELECT "seq" FROM "OutboxEvent" AS earlier
      WHERE earlier."sid" = e."sid" AND earlier."publishedAt" IS NULL ORDER BY earlier."seq" LIMIT 1
    )
  ORDER BY "seq" LIMIT $2 FOR UPDATE SKIP LOCKED`;
