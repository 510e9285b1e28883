import type { Clock } from '#session';
import { TokenCipher } from '#store';
import { Accounts } from './account/accounts.service.js';
import { IdpPrisma } from './adapter/idp-prisma.service.js';
import { Audit } from './audit/audit.service.js';
import { ClientRegistry } from './clients/client-registry.js';
import type { IdpConfig } from './config.js';
import { Consents } from './consent/consents.service.js';
import { SessionEndings } from './endings/session-endings.service.js';
import { LogoutQueue } from './logout/logout-queue.service.js';
import { SessionDevices } from './sessions/session-devices.service.js';

/** What is kept in the database, and what else all parts are made with. */
export interface RecordParts {
  readonly config: IdpConfig;
  readonly clock: Clock;
  readonly prisma: IdpPrisma;
  readonly cipher: TokenCipher;
  readonly audit: Audit;
  readonly clients: ClientRegistry;
  readonly consents: Consents;
  readonly queue: LogoutQueue;
  readonly endings: SessionEndings;
  readonly accounts: Accounts;
  readonly devices: SessionDevices;
}

/** Makes them. Nothing is asked of the database yet. */
export function recordParts(config: IdpConfig, clock: Clock): RecordParts {
  const prisma = new IdpPrisma(config.IDP_DATABASE_URL);
  const cipher = new TokenCipher(config.IDP_SECRET_KEYS);
  const audit = new Audit(prisma, clock);
  const clients = new ClientRegistry(config, prisma);
  const consents = new Consents(prisma, audit, clock);
  const queue = new LogoutQueue(prisma, clock);
  const endings = new SessionEndings(prisma, clients, audit, clock, queue);
  const accounts = new Accounts(prisma, cipher, endings, audit);
  const devices = new SessionDevices(prisma, clock);
  return { config, clock, prisma, cipher, audit, clients, consents, queue, endings, accounts, devices };
}
