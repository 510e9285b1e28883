import type { INestApplication } from '@nestjs/common';
import { connectJetStream, deadLetterStream, JetStreamServer, receiptStream } from '#bus';
import { RECEIPT, SessionError } from '#session';
import { natsOf, type PollerConfig } from '../config.js';

/** Hears the receipts of services. All pollers share one place in their stream. */
export function receiptServer(config: PollerConfig): JetStreamServer {
  return new JetStreamServer({
    urls: natsOf(config),
    stream: receiptStream(config.STREAM_REPLICAS),
    deadLetters: { stream: deadLetterStream(config.STREAM_REPLICAS), subject: 'sso.v1.dlq.receipt' },
    filterSubject: 'sso.v1.receipt.>',
    service: 'receipts',
    patternOf: () => RECEIPT,
    failureOf: (error) => (error instanceof SessionError ? 'poison' : 'transient'),
  });
}

/** Starts to gather receipts, once the clock goes by the hub. Call it before `app.listen`. Does not wait for NATS. */
export async function startReceipts(app: INestApplication): Promise<void> {
  await app.init();
  await connectJetStream(app);
}
