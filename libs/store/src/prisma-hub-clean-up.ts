import { type Clock, HubCleanUp } from '#session';
import type { HubDatabase } from './hub-database.js';
import { type ForgetfulTable, removeBatch } from './sql/remove-batch.js';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** How long each table keeps a row after it has lost its use: sessions and events a week, for whoever asks what happened. */
const KEEP_MS: readonly (readonly [ForgetfulTable, number])[] = [
  ['LoginTransaction', 0],
  ['LogoutTransaction', 0],
  ['SilentAttempt', 0],
  ['Receipt', 0],
  ['Hearer', 0],
  ['SeenToken', 0],
  ['RevocationMark', 0],
  ['BrowserSession', 7 * DAY_MS],
  ['SsoSession', 7 * DAY_MS],
  ['OutboxEvent', 7 * DAY_MS],
  ['ProbeCount', 25 * HOUR_MS], // the brake looks back 24 hours
  ['Poller', HOUR_MS],
];

/** {@link HubCleanUp} in the hub's Postgres. */
export class PrismaHubCleanUp extends HubCleanUp {
  constructor(
    private readonly database: HubDatabase,
    private readonly clock: Clock,
  ) {
    super();
  }

  async removeBatch(limit: number): Promise<number> {
    let most = 0;
    for (const [table, keepMs] of KEEP_MS) {
      const until = new Date(this.clock.now().getTime() - keepMs);
      most = Math.max(most, await this.database.$executeRaw(removeBatch(table, until, limit)));
    }
    return most;
  }
}
