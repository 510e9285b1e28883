import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import {
  type Clock,
  fatesOf,
  Outbox,
  OutboxBatch,
  type OutboxRow,
  type Publication,
  type Settlement,
  settlementOf,
} from '#session';
import { openPool } from './open-pool.js';
import { MARK_FAILED, MARK_PUBLISHED } from './sql/settle-events.js';
import { WAITING_EVENTS, type WaitingEvent } from './sql/waiting-events.js';

/**
 * The table is empty or full of what waits, and no statistics keep up with that: without this the planner may sort all of it
 * for each batch.
 */
const BEGIN = 'BEGIN; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off';

/**
 * {@link Outbox} in the hub's Postgres. The rows stay locked while they are published, so that relays share the work. It
 * has connections of its own, without Prisma: a payload goes from the table to the broker as the text that it is (ADR 35).
 */
export class PgOutbox extends Outbox implements OnApplicationShutdown {
  private readonly logger = new Logger(PgOutbox.name);
  private readonly pool: pg.Pool;

  constructor(
    url: string,
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {
    super();
    this.pool = openPool(url, 'outbox', this.logger);
  }

  async take(limit: number, after: bigint): Promise<OutboxBatch> {
    const client = await this.pool.connect();
    try {
      const now = this.clock.now();
      await client.query(BEGIN);
      const values = [after.toString(), limit, now];
      const { rows } = await client.query<WaitingEvent>({ name: 'waiting', text: WAITING_EVENTS, values });
      if (rows.length === 0) await client.query('COMMIT');
      if (rows.length === 0) client.release();
      return new PgOutboxBatch(rows.length === 0 ? undefined : client, rows, now, this.random);
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** Lets batches in hand be settled, and closes the connections. */
  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}

class PgOutboxBatch extends OutboxBatch {
  readonly rows: readonly OutboxRow[];
  readonly last: bigint;

  constructor(
    private readonly client: pg.PoolClient | undefined,
    private readonly events: readonly WaitingEvent[],
    private readonly takenAt: Date,
    private readonly random: () => number,
  ) {
    super();
    this.rows = events.map(({ id, subject, payload, attempts }) => ({ eventId: id, subject, payload, attempts }));
    this.last = BigInt(events.at(-1)?.seq ?? Outbox.START);
  }

  async settle(publications: readonly Publication[]): Promise<Settlement> {
    const fates = fatesOf(this.rows, publications, this.takenAt, this.random);
    const { client } = this;
    if (client === undefined) return settlementOf([], [], []);
    const seqsOf = (kind: string) =>
      this.events.filter((_, index) => fates[index]?.kind === kind).map(({ seq }) => seq);
    try {
      const published = seqsOf('published');
      if (published.length > 0)
        await client.query({ name: 'published', text: MARK_PUBLISHED, values: [published, this.takenAt] });
      const failed = fates.filter((fate) => fate.kind === 'failed');
      const columns = [failed.map((f) => f.attempts), failed.map((f) => f.retryAt), failed.map((f) => f.reason)];
      if (failed.length > 0) await client.query(MARK_FAILED, [seqsOf('failed'), ...columns]);
      await client.query('COMMIT');
      client.release();
    } catch (error) {
      client.release(true); // the connection goes, and its locks with it
      throw error;
    }
    return settlementOf(this.rows, publications, fates);
  }
}
