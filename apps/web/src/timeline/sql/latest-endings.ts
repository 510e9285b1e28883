import { MOST_ROWS } from '../hub-rows.js';

/** The newest endings, each with its event. */
export const LATEST_ENDINGS = `
  SELECT e."id" AS "eventId", e."sid", s."sub", s."endCause" AS "cause", e."createdAt" AS "at", e."publishedAt"
  FROM (SELECT "seq", "id", "sid", "createdAt", "publishedAt" FROM "OutboxEvent" ORDER BY "seq" DESC LIMIT ${MOST_ROWS}) e
  JOIN "SsoSession" s ON s."id" = e."sid"
  ORDER BY e."seq" DESC`;
