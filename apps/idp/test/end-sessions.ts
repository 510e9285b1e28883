import { SystemClock } from '#http';
import { Audit } from '../src/audit/audit.service.js';
import { ClientRegistry } from '../src/clients/client-registry.js';
import { IdpConfig } from '../src/config.js';
import { SessionEndings } from '../src/endings/session-endings.service.js';
import { IdpPrisma } from '../src/adapter/idp-prisma.service.js';
import { LogoutQueue } from '../src/logout/logout-queue.service.js';

/**
 * Ends sessions as a replica of the IdP does that never gets as far as telling anybody: as if it had crashed right after the
 * commit.
 *
 * @param clients the metadata of the clients that are configured
 */
export function crashingReplica(prisma: IdpPrisma, clients: readonly object[]): SessionEndings {
  const clock = new SystemClock();
  const config = { IDP_ISSUER: 'http://localhost', IDP_CLIENTS: clients } as unknown as IdpConfig;
  const registry = new ClientRegistry(config, prisma);
  return new SessionEndings(prisma, registry, new Audit(prisma, clock), clock, new LogoutQueue(prisma, clock));
}

/** Keys that replicas of one IdP share. */
export const SHARED_ENV = { IDP_SECRET_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}` };
