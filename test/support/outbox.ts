import { randomUUID } from 'node:crypto';
import type { HubDatabase } from '#store';

/** Writes one event for each of `sids`, in that order, and gives their ids. */
export async function writeEvents(
  database: HubDatabase,
  sids: readonly string[],
  event: { readonly subject?: string; readonly bytes?: number } = {},
): Promise<readonly string[]> {
  const { subject = 'sso.v1.logout.test.session.x', bytes = 100 } = event;
  const rows = sids.map((sid) => ({
    ...{ id: randomUUID(), sid, subject, createdAt: new Date() },
    payload: { sid, filling: 'x'.repeat(bytes) },
  }));
  await database.outboxEvent.createMany({ data: rows });
  return rows.map(({ id }) => id);
}
