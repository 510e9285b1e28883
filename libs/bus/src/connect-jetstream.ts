import type { INestApplication } from '@nestjs/common';
import type { NestMicroservice } from '@nestjs/microservices';
import { JetStreamServer } from './jetstream-server.js';
import { RethrowFilter } from './rethrow.filter.js';

/**
 * Has the application's {@link JetStreamServer} deliver to its handlers. Call it before `app.listen`. Does not wait for NATS.
 *
 * The filter must be there before the handlers are looked up, which Nest calls a deferred initialization. What Nest would do
 * of itself in such a one is too much: it opens the application's WebSocket gateways a second time, with an adapter of its
 * own, and calls the hooks of all modules (`onModuleInit`, `onApplicationBootstrap`) once more, so that every loop would run
 * twice. The application's own call is enough.
 */
export async function connectJetStream(app: INestApplication): Promise<void> {
  const options = { strategy: app.get(JetStreamServer) };
  const microservice = app.connectMicroservice(options, { deferInitialization: true }) as NestMicroservice;
  microservice.useGlobalFilters(new RethrowFilter());
  microservice.registerListeners();
  microservice.setIsInitialized(true);
  microservice.setIsInitHookCalled(true);
  await app.startAllMicroservices();
}
