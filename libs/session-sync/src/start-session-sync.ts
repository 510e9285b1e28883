import type { INestApplication, INestApplicationContext } from '@nestjs/common';
import { connectJetStream } from '#bus';
import { SESSION_ENDED } from '#session';
import { BusListening } from './bus-listening.js';
import { OwedRound } from './owed-round.js';
import { SessionEndedController } from './session-ended.controller.js';

/**
 * Starts to hear endings. Call it before `app.listen`; `app` may also be a microservice or an application context, which
 * have no HTTP. Does not wait for NATS: until every ending that was missed has been applied, the guard refuses and
 * `SyncState.caughtUp` is false.
 */
export async function startSessionSync(app: INestApplicationContext): Promise<void> {
  app.get(OwedRound, { strict: false }).begin();
  if (takesMicroservices(app)) {
    await connectJetStream(app);
    return;
  }
  const controller = app.get(SessionEndedController, { strict: false });
  const listening = app.get(BusListening, { strict: false });
  listening.listen(SESSION_ENDED, (message) => controller.onSessionEnded(message));
}

function takesMicroservices(app: INestApplicationContext): app is INestApplication {
  return 'connectMicroservice' in app;
}
