import { createHash } from 'node:crypto';
import { EndedSessions, type SessionEnded, type Sid } from '#session';
import type { HubDatabase } from './hub-database.js';
import { toSid, toSub } from './rows.js';

/**
 * {@link EndedSessions} in the hub's Postgres.
 *
 * The end is told as of when it was written down, which is never before the session's opening. The IdP's own time may be earlier,
 * but a sid names one session and never comes back, so the later time revokes that one and no other. A session that is past
 * its absolute end and not ended yet is not among them: services know that end, and refuse by it.
 */
export class PrismaEndedSessions extends EndedSessions {
  constructor(private readonly database: HubDatabase) {
    super();
  }

  async among(iss: string, sids: readonly Sid[]): Promise<readonly SessionEnded[]> {
    const rows = await this.database.ssoSession.findMany({
      where: { id: { in: [...sids] }, iss, endedAt: { not: null } },
      select: { id: true, sub: true, openedAt: true, endedAt: true, endCause: true },
    });
    return rows.map(({ id, sub, openedAt, endedAt, endCause }) => {
      const effectiveAt = endedAt === null || endedAt < openedAt ? openedAt : endedAt;
      const cause = endCause ?? 'unknown';
      return {
        id: createHash('sha256').update(['asked', iss, id, cause].join('|')).digest('base64url'),
        ...{ source: 'urn:sso:hub', tenant: undefined, scope: 'session', iss, sid: toSid(id), sub: toSub(sub) },
        ...{ effectiveAt, detectedAt: endedAt ?? openedAt, cause, causeId: '' },
        ...{ evidence: { method: 'asked', strength: 'strong', probes: 0 }, initiatingEntity: 'system' },
      };
    });
  }
}
