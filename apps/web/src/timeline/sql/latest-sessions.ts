import { MOST_ROWS } from '../hub-rows.js';

/** The newest sessions, as far as probes change them: ids are in the order of time. */
export const LATEST_SESSIONS = `
  SELECT "id" AS "sid", "sub", "openedAt", "tokensSince", "idpCheckedAt", "weakEndedAt", "unknownSince", "unknownReason"
  FROM "SsoSession" ORDER BY "id" DESC LIMIT ${MOST_ROWS}`;
