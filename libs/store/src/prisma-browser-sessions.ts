import { type BrowserSession, BrowserSessions } from '#session';
import { hashOf } from './hash.js';
import type { HubDatabase } from './hub-database.js';
import { toBrowserSession } from './rows.js';

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
    return row === null ? undefined : toBrowserSession(row);
  }

  async findByIds(ids: readonly string[]): Promise<ReadonlyMap<string, BrowserSession>> {
    const rows = await this.database.browserSession.findMany({
      where: { id: { in: [...ids] } },
      include: { ssoSession: true },
    });
    return new Map(rows.map((row) => [row.id, toBrowserSession(row)]));
  }

  async slide(token: string, lastSeenAt: Date, expiresAt: Date): Promise<void> {
    await this.database.browserSession.updateMany({
      where: { id: hashOf(token), endedAt: null },
      data: { lastSeenAt, expiresAt },
    });
  }
}
