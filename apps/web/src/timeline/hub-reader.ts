import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { reasonOf } from '#session';
import type { HubRows } from './hub-rows.js';
import { LATEST_ENDINGS } from './sql/latest-endings.js';
import { LATEST_RECEIPTS } from './sql/latest-receipts.js';
import { LATEST_SESSIONS } from './sql/latest-sessions.js';
import { LATEST_SIGN_INS } from './sql/latest-sign-ins.js';

/** All four in one go, of one moment: what is published is never seen after its receipt. */
const LOOK = [
  'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
  LATEST_SESSIONS,
  LATEST_SIGN_INS,
  LATEST_ENDINGS,
  LATEST_RECEIPTS,
  'COMMIT',
].join(';\n');

const LIMITS = { max: 2, connectionTimeoutMillis: 3_000, query_timeout: 5_000, idleTimeoutMillis: 5_000 } as const;

/** Reads the hub. The role that it comes as may do nothing else. */
export class HubReader implements OnApplicationShutdown {
  private readonly logger = new Logger(HubReader.name);
  private readonly pool: pg.Pool;

  constructor(url: string) {
    this.pool = new pg.Pool({ connectionString: url, ...LIMITS, allowExitOnIdle: true });
    const noteLoss = (error: Error): void => {
      this.logger.warn(`hub.connection.lost reason=${reasonOf(error)}`);
    };
    this.pool.on('error', noteLoss);
    this.pool.on('connect', (client) => client.on('error', noteLoss)); // without a listener the process would die of it
  }

  /** @throws when the database does not answer */
  async look(): Promise<HubRows> {
    const client = await this.pool.connect();
    try {
      const results = (await client.query(LOOK)) as unknown as readonly { readonly rows: readonly unknown[] }[];
      const [, sessions, signIns, endings, receipts] = results.map(({ rows }) => rows);
      client.release();
      return { sessions, signIns, endings, receipts } as HubRows;
    } catch (error) {
      client.release(true); // a transaction may be open in it
      throw error;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
