import { SilentLedger } from '#session';
import { hashOf } from './hash.js';
import type { HubDatabase } from './hub-database.js';
import { attemptSilently } from './sql/attempt-silently.js';

/** {@link SilentLedger} in the hub's Postgres. */
export class PrismaSilentLedger extends SilentLedger {
  constructor(private readonly database: HubDatabase) {
    super();
  }

  async attempt(key: string, now: Date, coolDownMs: number): Promise<Date | undefined> {
    const id = hashOf(key);
    const granted = await this.database.$executeRaw(attemptSilently(id, now, coolDownMs));
    if (granted > 0) return undefined;
    const row = await this.database.silentAttempt.findUnique({ where: { id } });
    return new Date((row?.attemptedAt ?? now).getTime() + coolDownMs);
  }

  async retryAt(keys: readonly string[], now: Date, coolDownMs: number): Promise<Date | undefined> {
    const latest = await this.database.silentAttempt.findFirst({
      where: { id: { in: keys.map(hashOf) }, attemptedAt: { gt: new Date(now.getTime() - coolDownMs) } },
      orderBy: { attemptedAt: 'desc' },
    });
    return latest === null ? undefined : new Date(latest.attemptedAt.getTime() + coolDownMs);
  }
}
