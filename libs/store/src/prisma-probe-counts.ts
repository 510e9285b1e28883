import { type ProbeCount, ProbeCounts } from '#session';
import type { HubDatabase } from './hub-database.js';
import { addProbeCounts } from './sql/add-probe-counts.js';

/** {@link ProbeCounts} in the hub's Postgres. */
export class PrismaProbeCounts extends ProbeCounts {
  constructor(private readonly database: HubDatabase) {
    super();
  }

  async add(counts: readonly ProbeCount[]): Promise<void> {
    if (counts.length > 0) await this.database.$executeRaw(addProbeCounts(counts));
  }
}
