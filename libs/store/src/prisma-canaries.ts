import { Canaries, type Canary, type Lane, type WantedCanary } from '#session';
import type { HubDatabase } from './hub-database.js';
import { toSid, toSub } from './rows.js';
import { type CanaryRow, newestCanaries } from './sql/newest-canaries.js';

/** {@link Canaries} in the hub's Postgres. */
export class PrismaCanaries extends Canaries {
  constructor(private readonly database: HubDatabase) {
    super();
  }

  async newest(lane: Lane, wanted: WantedCanary, now: Date, limit: number): Promise<readonly Canary[]> {
    const rows = await this.database.$queryRaw<CanaryRow[]>(newestCanaries(lane, wanted, now, limit));
    return rows.map(({ id, sub, idpSid }) => ({ sid: toSid(id), sub: toSub(sub), idpSid: idpSid ?? undefined }));
  }
}
