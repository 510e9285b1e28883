import type { INestApplication } from '@nestjs/common';
import type { NestMicroservice } from '@nestjs/microservices';
import { JetStreamServer } from './jetstream-server.js';
import { RethrowFilter } from './rethrow.filter.js';

/**
 * Has the application's {@link JetStreamServer} deliver to its handlers. Call it before `app.listen`. Does not wait for NATS.
 *
 * The filter must be there before the handlers are looked up, which Nest calls a deferred initialization. Of such a
 * microservice Nest calls the hooks of all modules (`onModuleInit`, `onApplicationBootstrap`), and once more for the
 * application: every loop would run twice. The application's own call is enough.
 */
export async function connectJetStream(app: INestApplication): Promise<void> {
  const microservice = app.connectMicroservice({ strategy: app.get(JetStreamServer) }, { deferInitialization: true });
  (microservice as NestMicroservice).setIsInitHookCalled(true);
  microservice.useGlobalFilters(new RethrowFilter());
  await app.startAllMicroservices();
}
