import { MOST_ROWS } from '../hub-rows.js';

/** The newest sign-ins of browsers, of the newest sessions. What stands for a browser's cookie is not read. */
export const LATEST_SIGN_INS = `
  SELECT s."id" AS "sid", s."sub", b."frontEnd", b."createdAt" AS "at"
  FROM (SELECT "id", "sub" FROM "SsoSession" ORDER BY "id" DESC LIMIT ${MOST_ROWS}) s
  JOIN "BrowserSession" b ON b."ssoSessionId" = s."id"
  ORDER BY b."createdAt" DESC LIMIT ${MOST_ROWS}`;
