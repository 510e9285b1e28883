import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '#session';
import type { PrismaClient } from '../generated/client.js';

const PERIOD_MS = 60_000;
const BATCH = 500;

/** Removes what has expired, a bounded batch at a time, so that no lock is held for long. Replicas share the work. */
@Injectable()
export class ExpiredRows implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('expired-rows');
  private readonly stop = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly prisma: PrismaClient,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run(this.stop.signal);
  }

  async onModuleDestroy(): Promise<void> {
    this.stop.abort();
    await this.loop;
  }

  /** Removes one batch and gives its size. Rows are kept an hour longer than they count, for clocks and late readers. */
  async removeBatch(): Promise<number> {
    const before = new Date(this.clock.now().getTime() - 3_600_000);
    return this.prisma.$executeRaw`
      DELETE FROM "Artifact" WHERE ("model", "id") IN (
        SELECT "model", "id" FROM "Artifact" WHERE "expiresAt" < ${before}
        ORDER BY "expiresAt" LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`;
  }

  private async removeAll(signal: AbortSignal): Promise<void> {
    let removed = BATCH;
    while (removed === BATCH && !signal.aborted) removed = await this.removeBatch();
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.removeAll(signal);
      } catch (error) {
        this.logger.warn(`expired-rows.failed reason=${error instanceof Error ? error.name : 'unknown'}`);
      }
      await sleep(PERIOD_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
