import type { INestApplication } from '@nestjs/common';
import { connectJetStream } from '#bus';

/**
 * Starts to hear endings. Call it before `app.listen`. Does not wait for NATS: until every ending that was missed has been
 * applied, the guard refuses and `SyncState.caughtUp` is false.
 */
export async function startSessionSync(app: INestApplication): Promise<void> {
  await connectJetStream(app);
}
