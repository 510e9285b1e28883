import { Prisma } from './generated/hub/client.js';

/** What a session is no more once the IdP has said that it is there. */
export const CONFIRMED = { asleepSince: null, reauthReason: null, heldAt: null, heldEvidence: Prisma.DbNull };

/** What a sign-in takes back that was said of the session before. */
export const NOTHING_KNOWN_AGAINST = {
  ...{ weakEndedAt: null, unknownCount: 0, unknownReason: null, unknownSince: null },
  ...CONFIRMED,
};
