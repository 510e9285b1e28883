import { MOST_ROWS } from '../hub-rows.js';

/** The receipts for the newest endings. */
export const LATEST_RECEIPTS = `
  SELECT e."id" AS "eventId", e."sid", r."service", r."sessions", r."appliedAt" AS "at", e."publishedAt"
  FROM (SELECT "id", "sid", "publishedAt" FROM "OutboxEvent" ORDER BY "seq" DESC LIMIT ${MOST_ROWS}) e
  JOIN "Receipt" r ON r."eventId" = e."id"`;
