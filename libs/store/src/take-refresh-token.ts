import type { Sid, TakenToken } from '#session';
import type { HubDatabase } from './hub-database.js';
import type { TokenCipher } from './token-cipher.js';

/** Reads the refresh token of an ended session and removes it, unless somebody else has just done so. */
export async function takeRefreshToken(
  database: HubDatabase,
  cipher: TokenCipher,
  sid: Sid,
): Promise<TakenToken | undefined> {
  const row = await database.ssoSession.findFirst({
    where: { id: sid, endedAt: { not: null }, refreshToken: { not: null } },
    include: { browserSessions: { select: { frontEnd: true }, distinct: ['frontEnd'] } },
  });
  if (row?.refreshToken == null) return undefined;
  const { iss, clientId, refreshToken } = row;
  const { count } = await database.ssoSession.updateMany({
    where: { id: sid, refreshToken },
    data: { refreshToken: null },
  });
  if (count === 0) return undefined;
  const frontEnds = row.browserSessions.map(({ frontEnd }) => frontEnd);
  return { iss, clientId, frontEnds, refreshToken: cipher.decrypt(refreshToken, `${sid} refreshToken`) };
}
