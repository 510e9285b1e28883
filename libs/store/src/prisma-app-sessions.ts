import { type AppSession, AppSessions, MARK_LIFE_MS, markForbids, markOf, type SessionEnded } from '#session';
import type { AppDatabase } from './app-database.js';
import { Prisma } from './generated/app/client.js';
import type { AppSessionModel } from './generated/app/models.js';
import { toSid, toSub } from './rows.js';
import { lock } from './sql/lock.js';
import { removeBatch } from './sql/remove-batch.js';

/** {@link AppSessions} in the service's own Postgres. */
export class PrismaAppSessions extends AppSessions {
  constructor(private readonly database: AppDatabase) {
    super();
  }

  async open(session: Omit<AppSession, 'revoked'>, now: Date): Promise<AppSession> {
    const { iss, sid } = session;
    const known = await this.database.appSession.findUnique({ where: { iss_sid: { iss, sid } } });
    return toAppSession(known ?? (await this.create(session, now)));
  }

  async applyEnded(event: SessionEnded, now: Date): Promise<number> {
    const mark = markOf(event, now);
    const { iss, scope, key, endedBefore, cause, eventId } = mark;
    return this.database.$transaction(async (tx) => {
      await tx.$queryRaw(lock(`${scope}|${iss}|${key}`));
      await tx.$executeRaw(Prisma.sql`
        INSERT INTO "RevocationMark" ("iss", "scope", "key", "endedBefore", "cause", "eventId", "expiresAt")
        VALUES (${iss}, ${scope}, ${key}, ${endedBefore}, ${cause}, ${eventId}, ${new Date(now.getTime() + MARK_LIFE_MS)})
        ON CONFLICT ("iss", "scope", "key") DO UPDATE SET
          "endedBefore" = GREATEST("RevocationMark"."endedBefore", excluded."endedBefore"), "expiresAt" = excluded."expiresAt"`);
      const { count } = await tx.appSession.updateMany({
        where: {
          iss,
          ...(scope === 'session' ? { sid: key } : { sub: key }),
          openedAt: { lte: endedBefore },
          revokedAt: null,
        },
        data: { revokedAt: now, revokedBy: eventId, cause },
      });
      return count;
    });
  }

  async removeExpired(now: Date, limit: number): Promise<number> {
    const sessions = await this.database.$executeRaw(removeBatch('AppSession', now, limit));
    const marks = await this.database.$executeRaw(removeBatch('RevocationMark', now, limit));
    return Math.max(sessions, marks);
  }

  /** Waits for an ending of the same session or person that is being applied, so that neither misses the other. */
  private async create(session: Omit<AppSession, 'revoked'>, now: Date): Promise<AppSessionModel> {
    const { iss, sid, sub, openedAt, expiresAt } = session;
    return this.database.$transaction(async (tx) => {
      await tx.$queryRaw(lock(`session|${iss}|${sid}`));
      await tx.$queryRaw(lock(`subject|${iss}|${sub}`));
      const known = await tx.appSession.findUnique({ where: { iss_sid: { iss, sid } } });
      if (known !== null) return known;
      const marks = await tx.revocationMark.findMany({
        where: {
          iss,
          OR: [
            { scope: 'session', key: sid },
            { scope: 'subject', key: sub },
          ],
        },
      });
      const mark = marks.find((candidate) => markForbids(candidate, openedAt));
      const revoked = mark === undefined ? {} : { revokedAt: now, revokedBy: mark.eventId, cause: mark.cause };
      return tx.appSession.create({ data: { iss, sid, sub, openedAt, createdAt: now, expiresAt, ...revoked } });
    });
  }
}

function toAppSession(row: AppSessionModel): AppSession {
  return {
    iss: row.iss,
    sid: toSid(row.sid),
    sub: toSub(row.sub),
    openedAt: row.openedAt,
    expiresAt: row.expiresAt,
    revoked: row.revokedAt === null ? undefined : { at: row.revokedAt, cause: row.cause ?? 'unknown' },
  };
}
