import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { JetStreamContext } from '#bus';
import { decodeReceipt, RECEIPT, Receipts } from '#session';
import { ReceiptMetrics } from '../metrics/receipt-metrics.js';

/** Gathers what services say of endings into the hub. The acknowledgement goes out after the commit. */
@Controller()
export class ReceiptsController {
  constructor(
    private readonly receipts: Receipts,
    private readonly metrics: ReceiptMetrics,
  ) {}

  /** @throws SessionError for what can't be read; the store's fault as it is */
  @EventPattern(RECEIPT)
  async onReceipt(@Payload() message: unknown, @Ctx() context: unknown): Promise<void> {
    const subject = context instanceof JetStreamContext ? context.subject : '';
    const receipt = decodeReceipt(message, subject);
    this.metrics.gathered(receipt, await this.receipts.keep(receipt));
  }
}
