import { setTimeout } from 'node:timers/promises';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type AppSessions, type Clock, reasonOf } from '#session';

const BATCH = 500;
const PAUSE_MS = 60_000;

/** Keeps a service's tables small: removes what has expired, a batch a minute. Never ends on a fault. */
export class ExpiredSessions implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ExpiredSessions.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly sessions: AppSessions,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const removed = await this.removeBatch();
      if (removed < BATCH) await setTimeout(PAUSE_MS, undefined, { signal }).catch(() => undefined); // a stop ends the pause
    }
  }

  private async removeBatch(): Promise<number> {
    try {
      return await this.sessions.removeExpired(this.clock.now(), BATCH);
    } catch (error) {
      this.logger.error(`expired_sessions.failed reason=${reasonOf(error)}`);
      return 0;
    }
  }
}
