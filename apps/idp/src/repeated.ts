import { setTimeout as sleep } from 'node:timers/promises';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';

/** Something that is done again and again while the server runs. */
export abstract class Repeated implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  /** @param periodMs rest between two rounds */
  constructor(private readonly periodMs: number) {}

  /**
   * Does it once.
   *
   * @returns true when there is more to do at once
   */
  protected abstract round(signal: AbortSignal): Promise<boolean>;

  /** Notes that a round has failed; the next one comes all the same. */
  protected abstract tellFault(error: unknown): void;

  onApplicationBootstrap(): void {
    this.loop = this.run(this.stopping.signal);
  }

  /** Waits for the round under way. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (await this.round(signal)) continue;
      } catch (error) {
        this.tellFault(error);
      }
      await sleep(this.periodMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
