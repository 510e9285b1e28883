import { Logger } from '@nestjs/common';
import { Outbox, type OutboxBatch, type OutboxSignal, type Publish, reasonOf, type Settlement } from '#session';

/** At most so many rows are read at once, and so many batches are under way: no more than that is ever in memory. */
const BATCH = 1_000;
const UNDER_WAY = 3;
/** So many rows try whether the broker is back. */
const FEELERS = 16;
const SWEEP_MS = 5_000;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;

/**
 * Sends what the outbox holds, as soon as it is written: the next batch is read while the broker acknowledges the one before.
 * A slow sweep stands behind the signal, for whatever the signal might have missed, and for refused events whose pause is
 * over. Several relays at once do no harm: they share the rows, and a row published twice is stored once. An event that the
 * broker refuses keeps no other waiting, but the later ones of its session.
 */
export class OutboxRelay {
  private readonly logger = new Logger(OutboxRelay.name);
  private readonly stopping = new AbortController();
  private readonly underWay = new Set<Promise<void>>();
  private wake: () => void = () => undefined;
  private pending = false;
  private after = Outbox.START;
  /** batches in a row of which nothing got through */
  private failures = 0;
  private running: Promise<void> | undefined;

  constructor(
    private readonly outbox: Outbox,
    private readonly signal: OutboxSignal,
    private readonly publish: Publish,
  ) {}

  async start(): Promise<void> {
    await this.signal.listen(() => {
      this.noteWork();
    });
    this.running = this.run();
  }

  /** Finishes the batches in hand, then stops. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.signal.close();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      this.pending = false;
      const isAtEnd = await this.sendNext();
      if (this.failures > 0) await Promise.all(this.underWay);
      if (this.failures > 0)
        await this.rest(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.failures, 10)), false);
      else if (this.underWay.size >= UNDER_WAY) await Promise.race(this.underWay);
      else if (isAtEnd) await this.rest(SWEEP_MS, true);
    }
    await Promise.all(this.underWay);
  }

  /** Reads the next batch and begins to send it. True when the outbox was read to its end; it begins anew then. */
  private async sendNext(): Promise<boolean> {
    const limit = this.failures === 0 ? BATCH : FEELERS;
    try {
      const batch = await this.outbox.take(limit, this.after);
      if (batch.rows.length === 0 && this.after === Outbox.START) this.failures = 0; // nothing waits: nothing stalls
      const isAtEnd = batch.rows.length < limit;
      this.after = isAtEnd ? Outbox.START : batch.last;
      if (batch.rows.length > 0) this.keep(this.send(batch));
      return isAtEnd;
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  private keep(work: Promise<void>): void {
    const kept = work.finally(() => this.underWay.delete(kept));
    this.underWay.add(kept);
  }

  /** Never rejects. */
  private async send(batch: OutboxBatch): Promise<void> {
    try {
      const settled = await batch.settle(await Promise.all(batch.rows.map((row) => this.publish(row))));
      this.report(settled);
      if (settled.published > 0) this.noteWork(); // a later event of the same session may be free now
    } catch (error) {
      this.fail(error);
    }
  }

  private report({ stalled, published, refused, dead }: Settlement): void {
    if (stalled !== undefined) {
      if (this.failures === 0) this.logger.warn(`outbox.stalled reason=${stalled}; events wait in the outbox`);
      this.failures += 1;
    } else if (published > 0) {
      if (this.failures > 0) this.logger.log('outbox.flows');
      this.failures = 0;
    }
    const [first] = refused;
    if (first !== undefined)
      this.logger.warn(`outbox.refused events=${refused.length} first=${first.eventId} reason=${first.reason}`);
    for (const { eventId, attempts, reason } of dead)
      this.logger.error(
        `outbox.event.dead event=${eventId} attempts=${attempts} reason=${reason}; npm run sso -- dead lists such events`,
      );
  }

  private fail(error: unknown): void {
    this.failures += 1;
    this.logger.error(`outbox.drain.failed reason=${reasonOf(error)}`);
  }

  private noteWork(): void {
    this.pending = true;
    this.wake();
  }

  /** Waits; work ends the wait early when `wakeable`, a stop always does. */
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
