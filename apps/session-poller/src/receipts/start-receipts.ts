import type { INestApplication } from '@nestjs/common';
import { deadLetterStream, JetStreamServer, receiptStream, RethrowFilter } from '#bus';
import { RECEIPT, SessionError } from '#session';
import type { PollerConfig } from '../config.js';

/** Hears the receipts of services. All pollers share one place in their stream. */
export function receiptServer(config: Pick<PollerConfig, 'NATS_URL' | 'STREAM_REPLICAS'>): JetStreamServer {
  return new JetStreamServer({
    urls: config.NATS_URL,
    stream: receiptStream(config.STREAM_REPLICAS),
    deadLetters: { stream: deadLetterStream(config.STREAM_REPLICAS), subject: 'sso.v1.dlq.receipt' },
    filterSubject: 'sso.v1.receipt.>',
    service: 'receipts',
    patternOf: () => RECEIPT,
    failureOf: (error) => (error instanceof SessionError ? 'poison' : 'transient'),
  });
}

/** Starts to gather receipts. Call it before `app.listen`. Does not wait for NATS. */
export async function startReceipts(app: INestApplication): Promise<void> {
  const microservice = app.connectMicroservice({ strategy: app.get(JetStreamServer) }, { deferInitialization: true });
  microservice.useGlobalFilters(new RethrowFilter());
  await app.startAllMicroservices();
}
