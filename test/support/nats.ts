import { afterAll, beforeAll } from '@jest/globals';
import { createRunFolder, startGuard, type Guard } from '../../scripts/stack/guard.js';
import { startNats, type NatsServer } from '../../scripts/stack/nats.js';

/**
 * Gives this suite a NATS server of its own, which it may stop and kill, and stops it after the last test.
 *
 * Call it at the top of a `describe`; the function it gives works from the first `beforeAll` after it on.
 */
export function natsForSuite(): () => NatsServer {
  let guard: Guard | undefined;
  let server: NatsServer | undefined;
  beforeAll(async () => {
    const dir = await createRunFolder('nats');
    guard = await startGuard(dir);
    server = await startNats(guard, { dir });
  });
  afterAll(() => guard?.stopAll());
  return () => {
    if (server === undefined) throw new Error('the NATS server starts in beforeAll, not before');
    return server;
  };
}
