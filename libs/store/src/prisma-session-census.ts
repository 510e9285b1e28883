import { type EndingCounts, type Lane, SessionCensus } from '#session';
import type { HubDatabase } from './hub-database.js';
import { countEndings, type EndingsRow, MOST_ENDINGS } from './sql/count-endings.js';
import { countUnwatched, type UnwatchedRow } from './sql/count-unwatched.js';

/** {@link SessionCensus} in the hub's Postgres. */
export class PrismaSessionCensus extends SessionCensus {
  constructor(private readonly database: HubDatabase) {
    super();
  }

  async endingsOf(iss: string, from: Date, until: Date): Promise<EndingCounts> {
    const rows = await this.database.$queryRaw<EndingsRow[]>(countEndings(iss, from, until));
    const isCut = rows.reduce((sum, { count }) => sum + count, 0) >= MOST_ENDINGS;
    const first = Math.min(...rows.map(({ firstAt }) => firstAt.getTime()));
    return {
      from: isCut ? new Date(first) : from,
      of: new Map(rows.map(({ cause, count, lastAt }) => [cause ?? 'unknown', { count, lastAt }])),
    };
  }

  unwatched(lanes: readonly Lane[], now: Date): Promise<readonly UnwatchedRow[]> {
    return this.database.$queryRaw<UnwatchedRow[]>(countUnwatched(lanes, now));
  }
}
