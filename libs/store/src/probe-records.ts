import pg from 'pg';
import type { ClaimedSession, ProbeRecord } from '#session';
import { RECORD_PROBES, type RecordRow, toRecordRow } from './sql/record-probes.js';

/** Longer than the answers of one moment take to come in, and nothing against the question itself. */
const GATHER_MS = 5;
const LIMIT = 500;

interface Waiting {
  readonly row: RecordRow;
  readonly settle: (isRecorded: boolean) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Records probes, those of some milliseconds in one statement: a commit for each would cost more than the question. One statement is
 * under way at a time, and what comes meanwhile is the next (ADR 37).
 */
export class ProbeRecords {
  private waiting: Waiting[] = [];
  private writing = false;

  constructor(private readonly pool: pg.Pool) {}

  /**
   * Resolves with whether the record was written. If not, the lease was lost or the tokens have changed, or somebody else was writing
   * the session at that moment: whoever must know asks by itself. Rejects when the database failed; nobody knows then.
   */
  write(claimed: ClaimedSession, record: ProbeRecord): Promise<boolean> {
    return new Promise((settle, fail) => {
      this.waiting.push({ row: toRecordRow(claimed, record), settle, fail });
      if (this.writing) return;
      this.writing = true;
      this.later();
    });
  }

  private later(): void {
    setTimeout(() => void this.flush(), GATHER_MS);
  }

  private async flush(): Promise<void> {
    const batch = this.take();
    try {
      const values = [JSON.stringify(batch.map(({ row }) => row))];
      const query = { name: 'record-probes', text: RECORD_PROBES, values };
      const { rows } = await this.pool.query<{ id: string }>(query);
      const recorded = new Set(rows.map(({ id }) => id));
      for (const { row, settle } of batch) settle(recorded.has(row.id));
    } catch (error) {
      // a record that the database refuses must not take the others with it: each is then written alone
      if (isOfOneRecord(error)) for (const { settle } of batch) settle(false);
      else for (const { fail } of batch) fail(error);
    }
    this.writing = this.waiting.length > 0;
    if (this.writing) this.later();
  }

  /** The next batch: in the order in which they came, and no session twice, so that each has its own answer. */
  private take(): readonly Waiting[] {
    const batch = new Map<string, Waiting>();
    for (const one of this.waiting) {
      if (batch.size === LIMIT || batch.has(one.row.id)) break;
      batch.set(one.row.id, one);
    }
    this.waiting = this.waiting.slice(batch.size);
    return [...batch.values()];
  }
}

/** Whether one of the values was refused (SQLSTATE classes 22 and 23), and not the statement or the connection. */
function isOfOneRecord(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^2[23]/.test(error.code ?? '');
}
