import { Logger } from '@nestjs/common';
import { type HubCleanUp, reasonOf } from '#session';
import { rest } from '../poll/rest.js';

const BATCH = 500;
const PAUSE_MS = 60_000;

/** Keeps the hub's tables small: a batch a minute, at once again while a table is full of what can go. Never ends on a fault. */
export class CleanUpLoop {
  private readonly logger = new Logger(CleanUpLoop.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly cleanUp: HubCleanUp) {}

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const removed = await this.removeBatch();
      if (removed < BATCH) await rest(PAUSE_MS, this.stopping.signal);
    }
  }

  private async removeBatch(): Promise<number> {
    try {
      return await this.cleanUp.removeBatch(BATCH);
    } catch (error) {
      this.logger.error(`clean_up.failed reason=${reasonOf(error)}`);
      return 0;
    }
  }
}
