import { type BrowserSession, BrowserSessions } from '#session';
import { hashOf } from './hash.js';
import type { HubDatabase } from './hub-database.js';
import { toSsoSession } from './rows.js';

/** {@link BrowserSessions} in the hub's Postgres. */
export class PrismaBrowserSessions extends BrowserSessions {
  constructor(private readonly database: HubDatabase) {
    super();
  }

  async find(token: string): Promise<BrowserSession | undefined> {
    const row = await this.database.browserSession.findUnique({
      where: { id: hashOf(token) },
      include: { ssoSession: true },
    });
    if (row === null) return undefined;
    const { frontEnd, expiresAt, endedAt, lastSeenAt } = row;
    return { frontEnd, expiresAt, endedAt: endedAt ?? undefined, lastSeenAt, sso: toSsoSession(row.ssoSession) };
  }

  async slide(token: string, lastSeenAt: Date, expiresAt: Date): Promise<void> {
    await this.database.browserSession.updateMany({
      where: { id: hashOf(token), endedAt: null },
      data: { lastSeenAt, expiresAt },
    });
  }
}
