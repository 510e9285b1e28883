import { type EndResult, SessionExpiry, type SsoSessions } from '#session';
import type { HubDatabase } from './hub-database.js';
import { endingOfExpired } from './outbox-rows.js';

/** {@link SessionExpiry} in the hub's Postgres. */
export class PrismaSessionExpiry extends SessionExpiry {
  constructor(
    private readonly database: HubDatabase,
    private readonly sessions: SsoSessions,
  ) {
    super();
  }

  async endExpired(now: Date, limit: number): Promise<EndResult['ended']> {
    const { ended } = await this.sessions.end(endingOfExpired({ kind: 'expired', limit }, now));
    return ended;
  }

  async nextAt(): Promise<Date | undefined> {
    const row = await this.database.ssoSession.findFirst({
      where: { endedAt: null },
      orderBy: { expiresAt: 'asc' },
      select: { expiresAt: true },
    });
    return row?.expiresAt;
  }
}
