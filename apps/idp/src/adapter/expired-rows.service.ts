import { Injectable, Logger } from '@nestjs/common';
import { Clock, reasonOf } from '#session';
import type { Prisma, PrismaClient } from '../generated/client.js';
import { Repeated } from '../repeated.js';
import { removeArtifacts } from './sql/remove-artifacts.js';
import { removeCounters } from './sql/remove-counters.js';
import { removeDevices } from './sql/remove-devices.js';
import { removeEndings } from './sql/remove-endings.js';
import { storedModels } from './sql/stored-models.js';

const PERIOD_MS = 60_000;
const BATCH = 500;
const HOUR_MS = 3_600_000;
/** Operators look back this far at what ended and who was told. */
const ENDINGS_KEPT_MS = 90 * 24 * HOUR_MS;

/**
 * Removes what has expired, a bounded batch at a time, so that no lock is held for long. Replicas share the work. Rows are
 * kept an hour longer than they count, for clocks and late readers.
 */
@Injectable()
export class ExpiredRows extends Repeated {
  private readonly logger = new Logger('expired_rows');

  constructor(
    private readonly prisma: PrismaClient,
    private readonly clock: Clock,
  ) {
    super(PERIOD_MS);
  }

  /** Removes all that is due and gives how many rows it was. */
  async removeAll(signal?: AbortSignal): Promise<number> {
    const anHourAgo = this.before(HOUR_MS);
    const models = await this.prisma.$queryRaw<{ model: string }[]>(storedModels());
    const statements = [
      ...models.map(({ model }) => removeArtifacts(model, anHourAgo, BATCH)),
      removeEndings(this.before(ENDINGS_KEPT_MS), BATCH),
      removeDevices(anHourAgo, BATCH),
      removeCounters(anHourAgo, BATCH),
    ];
    let removed = 0;
    for (const statement of statements) removed += await this.repeat(statement, signal);
    return removed;
  }

  private async repeat(statement: Prisma.Sql, signal: AbortSignal | undefined): Promise<number> {
    let removed = 0;
    let batch = BATCH;
    while (batch === BATCH && signal?.aborted !== true) {
      batch = await this.prisma.$executeRaw(statement);
      removed += batch;
    }
    return removed;
  }

  private before(ms: number): Date {
    return new Date(this.clock.now().getTime() - ms);
  }

  protected async round(signal: AbortSignal): Promise<boolean> {
    await this.removeAll(signal);
    return false;
  }

  protected tellFault(error: unknown): void {
    this.logger.warn(`expired_rows.failed reason=${reasonOf(error)}`);
  }
}
