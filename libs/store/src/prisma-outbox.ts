import { type Clock, Outbox, type Publish } from '#session';
import type { HubDatabase } from './hub-database.js';
import { waitingEvents, type WaitingEvent } from './sql/waiting-events.js';

const TRANSACTION_LIMIT_MS = 30_000;

/** {@link Outbox} in the hub's Postgres. The rows stay locked while they are published, so that two relays share the work. */
export class PrismaOutbox extends Outbox {
  constructor(
    private readonly database: HubDatabase,
    private readonly clock: Clock,
  ) {
    super();
  }

  async drain(limit: number, publish: Publish): Promise<{ readonly published: number; readonly failed: number }> {
    return this.database.$transaction(
      async (tx) => {
        const rows = await tx.$queryRaw<WaitingEvent[]>(waitingEvents(limit));
        const handedOverAt = this.clock.now();
        const results = await Promise.allSettled(
          rows.map(({ id, subject, payload }) => publish({ eventId: id, subject, payload })),
        );
        const published = rows.filter((_, index) => results[index]?.status === 'fulfilled').map(({ seq }) => seq);
        const failed = rows.filter((_, index) => results[index]?.status === 'rejected').map(({ seq }) => seq);
        if (published.length > 0)
          await tx.outboxEvent.updateMany({ where: { seq: { in: published } }, data: { publishedAt: handedOverAt } });
        if (failed.length > 0)
          await tx.outboxEvent.updateMany({ where: { seq: { in: failed } }, data: { attempts: { increment: 1 } } });
        return { published: published.length, failed: failed.length };
      },
      { timeout: TRANSACTION_LIMIT_MS },
    );
  }
}
