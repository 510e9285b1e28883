import { DEAD_AFTER, type DeadEvent, DeadEvents } from '#session';
import type { HubDatabase } from './hub-database.js';

/** {@link DeadEvents} in the hub's Postgres. */
export class PrismaDeadEvents extends DeadEvents {
  constructor(private readonly database: HubDatabase) {
    super();
  }

  async list(limit: number): Promise<readonly DeadEvent[]> {
    const rows = await this.database.outboxEvent.findMany({
      where: { publishedAt: null, attempts: { gte: DEAD_AFTER } },
      orderBy: { seq: 'asc' },
      take: limit,
    });
    return rows.map(({ id, sid, subject, createdAt, attempts, retryAt, lastError }) => ({
      ...{ eventId: id, sid, subject, createdAt, attempts },
      retryAt: retryAt ?? undefined,
      reason: lastError ?? 'unknown',
    }));
  }

  async retry(eventId?: string): Promise<number> {
    const one = eventId === undefined ? {} : { id: eventId };
    const { count } = await this.database.outboxEvent.updateMany({
      where: { publishedAt: null, attempts: { gt: 0 }, ...one },
      data: { retryAt: null },
    });
    if (count > 0) await this.database.$executeRaw`SELECT pg_notify('outbox', '')`;
    return count;
  }
}
