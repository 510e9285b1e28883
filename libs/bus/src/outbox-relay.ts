import { Logger } from '@nestjs/common';
import { type Outbox, type OutboxSignal, type Publish, reasonOf } from '#session';

const BATCH = 256;
const SWEEP_MS = 5_000;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;

/**
 * Sends what the outbox holds, as soon as it is written. A slow sweep stands behind the signal, for whatever the signal
 * might have missed. Several relays at once do no harm: they share the rows, and a row published twice is stored once.
 */
export class OutboxRelay {
  private readonly logger = new Logger(OutboxRelay.name);
  private readonly stopping = new AbortController();
  private wake: () => void = () => undefined;
  private pending = false;
  private running: Promise<void> | undefined;

  constructor(
    private readonly outbox: Outbox,
    private readonly signal: OutboxSignal,
    private readonly publish: Publish,
  ) {}

  async start(): Promise<void> {
    await this.signal.listen(() => {
      this.pending = true;
      this.wake();
    });
    this.running = this.run();
  }

  /** Finishes the batch in hand, then stops. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.signal.close();
    await this.running;
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.stopping.signal.aborted) {
      this.pending = false;
      const drained = await this.drainOnce();
      failures = drained.failed > 0 ? failures + 1 : 0;
      if (drained.failed > 0) await this.rest(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures), false);
      else if (drained.published < BATCH) await this.rest(SWEEP_MS, true);
    }
  }

  private async drainOnce(): Promise<{ readonly published: number; readonly failed: number }> {
    try {
      const drained = await this.outbox.drain(BATCH, this.publish);
      if (drained.failed > 0)
        this.logger.warn(`outbox.publish.failed events=${drained.failed}; they stay in the outbox`);
      return drained;
    } catch (error) {
      this.logger.error(`outbox.drain.failed reason=${reasonOf(error)}`);
      return { published: 0, failed: 1 };
    }
  }

  /** Waits; a signal ends the wait early when `wakeable`, a stop always does. */
  private async rest(ms: number, wakeable: boolean): Promise<void> {
    if (this.stopping.signal.aborted || (wakeable && this.pending)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        if (!wakeable && !this.stopping.signal.aborted) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = () => undefined;
  }
}
