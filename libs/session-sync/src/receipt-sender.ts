import { setTimeout } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { JetStreamServer } from '#bus';
import { encodeReceipt, type Receipt, receiptSubjectOf } from '#session';

const FIRST_TRY_MS = 1_000;
const TRY_MS = 5_000;
const LONGEST_PAUSE_MS = 30_000;
const MOST_WAITING = 10_000;

/**
 * Tells the gateway's hub that an ending was applied. One try before the event is acknowledged, so that whoever crashes in
 * between is given the event again; after it the receipt is tried again beside the events, which never wait for it.
 */
@Injectable()
export class ReceiptSender implements OnApplicationShutdown {
  private readonly logger = new Logger(ReceiptSender.name);
  private readonly stopping = new AbortController();
  private readonly waiting = new Map<string, Receipt>();
  private running: Promise<void> | undefined;

  constructor(private readonly server: JetStreamServer) {}

  /** Never rejects: a receipt that is lost is no ending that is lost. */
  async send(receipt: Receipt): Promise<void> {
    if (this.waiting.size === 0 && (await this.sendOnce(receipt, FIRST_TRY_MS))) return;
    if (this.waiting.size >= MOST_WAITING) {
      this.logger.warn(`receipt.dropped event=${receipt.eventId} reason=too_many_waiting`);
      return;
    }
    this.waiting.set(receipt.eventId, receipt);
    this.running ??= this.retry().finally(() => (this.running = undefined));
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
    if (this.waiting.size > 0) this.logger.warn(`receipt.dropped receipts=${this.waiting.size} reason=shutdown`);
  }

  private async retry(): Promise<void> {
    let pauseMs = 500;
    while (this.waiting.size > 0 && !this.stopping.signal.aborted) {
      await setTimeout(pauseMs, undefined, { signal: this.stopping.signal }).catch(() => undefined); // a stop ends the pause
      pauseMs = (await this.sendWaiting()) ? 500 : Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
  }

  /** Sends until one fails. */
  private async sendWaiting(): Promise<boolean> {
    for (const [eventId, receipt] of this.waiting) {
      if (this.stopping.signal.aborted || !(await this.sendOnce(receipt, TRY_MS))) return false;
      this.waiting.delete(eventId);
    }
    return true;
  }

  private async sendOnce(receipt: Receipt, timeoutMs: number): Promise<boolean> {
    const { service, eventId } = receipt;
    const id = `${eventId}.${service}`;
    return this.server.publish(receiptSubjectOf(service), encodeReceipt(receipt), id, timeoutMs).then(
      () => true,
      () => false,
    );
  }
}
