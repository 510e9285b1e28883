import { Prisma } from '../generated/hub/client.js';

/** A table that forgets, and the column that says when. */
export type ForgetfulTable =
  | 'LoginTransaction'
  | 'LogoutTransaction'
  | 'SilentAttempt'
  | 'SeenToken'
  | 'RevocationMark'
  | 'BrowserSession'
  | 'SsoSession'
  | 'OutboxEvent'
  | 'Receipt'
  | 'Hearer'
  | 'ProbeCount'
  | 'Poller';

/** Where it is not `expiresAt`. */
const COLUMNS: Partial<Record<ForgetfulTable, string>> = {
  OutboxEvent: 'publishedAt',
  ProbeCount: 'minute',
  Poller: 'seenAt',
};

/** Removes up to `limit` rows whose time came before `until`. Rows that somebody works on are left for the next time. */
export function removeBatch(table: ForgetfulTable, until: Date, limit: number): Prisma.Sql {
  const name = Prisma.raw(`"${table}"`);
  const column = Prisma.raw(`"${COLUMNS[table] ?? 'expiresAt'}"`);
  return Prisma.sql`
    DELETE FROM ${name} WHERE ctid IN (
      SELECT ctid FROM ${name} WHERE ${column} <= ${until} LIMIT ${limit} FOR UPDATE SKIP LOCKED
    )`;
}
