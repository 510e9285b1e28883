import type { INestApplication } from '@nestjs/common';
import { JetStreamServer, RethrowFilter } from '#bus';

/**
 * Starts to hear endings. Call it before `app.listen`. Does not wait for NATS: until every ending that was missed has been
 * applied, the guard refuses and `SyncState.caughtUp` is false.
 */
export async function startSessionSync(app: INestApplication): Promise<void> {
  const microservice = app.connectMicroservice({ strategy: app.get(JetStreamServer) }, { deferInitialization: true });
  microservice.useGlobalFilters(new RethrowFilter());
  await app.startAllMicroservices();
}
