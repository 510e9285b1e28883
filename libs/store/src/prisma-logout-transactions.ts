import { type Clock, type LogoutTransaction, LogoutTransactions } from '#session';
import { hashOf } from './hash.js';
import type { HubDatabase } from './hub-database.js';

/** {@link LogoutTransactions} in the hub's Postgres. Neither `state` nor the browser's key is stored, only their hashes. */
export class PrismaLogoutTransactions extends LogoutTransactions {
  constructor(
    private readonly database: HubDatabase,
    private readonly clock: Clock,
  ) {
    super();
  }

  async put(state: string, browser: string, transaction: LogoutTransaction, expiresAt: Date): Promise<void> {
    const data = { ...transaction, id: hashOf(state), browser: hashOf(browser), expiresAt };
    await this.database.logoutTransaction.create({ data });
  }

  async take(state: string, browser: string): Promise<LogoutTransaction | undefined> {
    const where = { id: hashOf(state), browser: hashOf(browser) };
    const row = await this.database.logoutTransaction.findUnique({ where });
    if (row === null) return undefined;
    const { count } = await this.database.logoutTransaction.deleteMany({ where });
    if (count === 0 || row.expiresAt <= this.clock.now()) return undefined; // another request took it, or it is too old
    const { frontEnd, returnUrl, logoutId } = row;
    return { frontEnd, returnUrl, logoutId };
  }
}
