import {
  decodeSessionEnded,
  type EventTrace,
  type KeptReceipt,
  type LogoutProgress,
  type OwedReceipts,
  parseSid,
  type Receipt,
  Receipts,
} from '#session';
import type { HubDatabase } from './hub-database.js';
import { keepReceipt, type KeptReceiptRow } from './sql/keep-receipt.js';
import { noteHearer } from './sql/note-hearer.js';
import { owedReceipts, type OwedReceiptsRow } from './sql/owed-receipts.js';

const MOST_TRACES = 100;

/** {@link Receipts} in the hub's Postgres. They are kept for a week, and so is the memory of who sends some. */
export class PrismaReceipts extends Receipts {
  constructor(private readonly database: HubDatabase) {
    super();
  }

  async keep(receipt: Receipt): Promise<KeptReceipt> {
    const [row] = await this.database.$queryRaw<KeptReceiptRow[]>(keepReceipt(receipt));
    if (row === undefined) return { kind: 'unknown_event' };
    const { iss, detectedAt } = decodeSessionEnded(row.payload);
    await this.database.$executeRaw(noteHearer(iss, receipt.service));
    return row.isFirst ? { kind: 'kept', detectedAt } : { kind: 'again' };
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
  async traceOf(key: string): Promise<readonly EventTrace[]> {
    const sid = parseSid(key);
    const OR = [{ id: key }, { causeId: key }, ...(sid === undefined ? [] : [{ sid }])];
    const rows = await this.database.outboxEvent.findMany({
      where: { OR },
      orderBy: { seq: 'asc' },
      take: MOST_TRACES,
    });
    return Promise.all(rows.map(async (row) => this.traceOfRow(row)));
  }

  async owed(): Promise<readonly OwedReceipts[]> {
    return this.database.$queryRaw<OwedReceiptsRow[]>(owedReceipts());
  }

  private async traceOfRow(row: { readonly payload: unknown; readonly publishedAt: Date | null }): Promise<EventTrace> {
    const event = decodeSessionEnded(row.payload);
    const [receipts, hearers] = await Promise.all([
      this.database.receipt.findMany({ where: { eventId: event.id }, orderBy: { appliedAt: 'asc' } }),
      this.database.hearer.findMany({ where: { iss: event.iss }, orderBy: { service: 'asc' } }),
    ]);
    const heard = new Set(receipts.map(({ service }) => service));
    const silent = hearers.map(({ service }) => service).filter((service) => !heard.has(service));
    return { event, publishedAt: row.publishedAt ?? undefined, receipts, silent };
  }
}
