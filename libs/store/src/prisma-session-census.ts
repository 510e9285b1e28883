import { type EndingCounts, type Lane, SessionCensus } from '#session';
import type { HubDatabase } from './hub-database.js';
import { countEndings, type EndingsRow } from './sql/count-endings.js';
import { countUnwatched, type UnwatchedRow } from './sql/count-unwatched.js';

/** {@link SessionCensus} in the hub's Postgres. */
export class PrismaSessionCensus extends SessionCensus {
  constructor(private readonly database: HubDatabase) {
    super();
  }

  async endingsOf(iss: string, from: Date): Promise<EndingCounts> {
    const rows = await this.database.$queryRaw<EndingsRow[]>(countEndings(iss, from));
    return new Map(rows.map(({ cause, endings }) => [cause, endings]));
  }

  unwatched(lanes: readonly Lane[], now: Date): Promise<readonly UnwatchedRow[]> {
    return this.database.$queryRaw<UnwatchedRow[]>(countUnwatched(lanes, now));
  }
}
