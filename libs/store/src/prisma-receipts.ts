import { type LogoutProgress, type Receipt, Receipts, decodeSessionEnded } from '#session';
import type { HubDatabase } from './hub-database.js';
import { noteHearer } from './sql/note-hearer.js';

const KEEP_MS = 7 * 24 * 60 * 60_000;

/** {@link Receipts} in the hub's Postgres. They are kept for a week, and so is the memory of who sends some. */
export class PrismaReceipts extends Receipts {
  constructor(private readonly database: HubDatabase) {
    super();
  }

  async keep({ iss, ...receipt }: Receipt): Promise<void> {
    const expiresAt = new Date(receipt.appliedAt.getTime() + KEEP_MS);
    await this.database.receipt.createMany({ data: [{ ...receipt, expiresAt }], skipDuplicates: true });
    await this.database.$executeRaw(noteHearer(iss, receipt.service, expiresAt));
  }

  async progressOf(logoutId: string): Promise<LogoutProgress> {
    const rows = await this.database.outboxEvent.findMany({ where: { causeId: logoutId }, orderBy: { seq: 'asc' } });
    const issuers = [...new Set(rows.map(({ payload }) => decodeSessionEnded(payload).iss))];
    const [receipts, hearers] = await Promise.all([
      this.database.receipt.findMany({ where: { eventId: { in: rows.map(({ id }) => id) } } }),
      this.database.hearer.findMany({ where: { iss: { in: issuers } }, orderBy: { service: 'asc' } }),
    ]);
    return {
      events: rows.map(({ id, createdAt, publishedAt }) => ({
        eventId: id,
        endedAt: createdAt,
        publishedAt: publishedAt ?? undefined,
      })),
      receipts: receipts.map(({ eventId, service, sessions, appliedAt }) => ({
        eventId,
        service,
        sessions,
        appliedAt,
      })),
      services: [...new Set(hearers.map(({ service }) => service))],
    };
  }
}
