/** Marks the events `$1` published at `$2`. */
export const MARK_PUBLISHED = `UPDATE "OutboxEvent" SET "publishedAt" = $2, "retryAt" = NULL WHERE "seq" = ANY($1::bigint[])`;

/** Writes down that the events `$1` were refused: each one's attempts, when it is due again, and why. */
export const MARK_FAILED = `
  UPDATE "OutboxEvent" AS e SET "attempts" = f.attempts, "retryAt" = f.due, "lastError" = f.reason
  FROM unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::text[]) AS f(seq, attempts, due, reason)
  WHERE e."seq" = f.seq`;
