import type { Client, RefreshToken } from 'oidc-provider';
import { settingsOf } from '../clients/client-settings.js';

const DAY_S = 86_400;
/** Longer than any session: a token that is bound to one ends with it, and an end of its own would look like the session's. */
export const OUTLIVES_SESSION_S = 400 * DAY_S;
/** An offline token ends when nobody has used it for so long, */
const OFFLINE_IDLE_S = 30 * DAY_S;
/** and this long after consent, however busy it is (RFC 9700 §4.14.2). */
const OFFLINE_ABSOLUTE_S = 365 * DAY_S;
/** One that stays as it is can't be prolonged by use. */
const OFFLINE_FIXED_S = 90 * DAY_S;

/**
 * Says whether each use of a client's refresh token gives a new one, so that a stolen one is noticed (RFC 9700 §4.14.2).
 * Only confidential clients may ask for the contrary: they prove themselves with each use.
 */
export function rotates(client: Client): boolean {
  return client.clientAuthMethod === 'none' || settingsOf(client).refresh_token_rotation;
}

/** Gives the seconds that a refresh token lives, at least one. */
export function refreshTokenTtlS(
  token: Pick<RefreshToken, 'expiresWithSession' | 'totalLifetime'>,
  client: Client,
): number {
  if (token.expiresWithSession === true) return OUTLIVES_SESSION_S;
  if (!rotates(client)) return OFFLINE_FIXED_S;
  return Math.max(1, Math.min(OFFLINE_IDLE_S, OFFLINE_ABSOLUTE_S - token.totalLifetime()));
}
