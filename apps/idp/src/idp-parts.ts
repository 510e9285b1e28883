import type { Provider as NestProvider } from '@nestjs/common';
import type { HealthCheck } from '#http';
import type { Clock } from '#session';
import { Accounts } from './account/accounts.service.js';
import { currentSession } from './adapter/current-session.js';
import { ExpiredRows } from './adapter/expired-rows.service.js';
import { IdpPrisma } from './adapter/idp-prisma.service.js';
import { PrismaArtifacts } from './adapter/prisma-artifacts.js';
import { Audit } from './audit/audit.service.js';
import { createProvider } from './authorize/create-provider.js';
import { Engine } from './authorize/engine.js';
import { ClientRegistry } from './clients/client-registry.js';
import type { IdpConfig } from './config.js';
import { Consents } from './consent/consents.service.js';
import { SessionEndings } from './endings/session-endings.service.js';
import { FormSecret } from './interaction/form-token.js';
import { KeyRing } from './keys/key-ring.js';
import { IdpSessions } from './sessions/idp-sessions.service.js';

/** What the public server and the operator API are made of; they share it. */
export interface IdpParts {
  readonly config: IdpConfig;
  readonly prisma: IdpPrisma;
  readonly accounts: Accounts;
  readonly engine: Engine;
  /** what controllers of both servers may ask for; none of them hears of the process's start and stop */
  readonly services: readonly object[];
  /** loops and connections, which start and stop with the public server */
  readonly workers: readonly object[];
  readonly health: readonly HealthCheck[];
}

/**
 * Makes the parts.
 *
 * @throws ConfigError when a client or a key can't be used; whatever the database refuses with
 */
export async function makeParts(config: IdpConfig, clock: Clock): Promise<IdpParts> {
  const prisma = new IdpPrisma(config.IDP_DATABASE_URL);
  const audit = new Audit(prisma, clock);
  const accounts = new Accounts(prisma);
  const clients = new ClientRegistry(config, prisma);
  const consents = new Consents(prisma, clock);
  const endings = new SessionEndings(prisma, clients, audit, clock);
  const keys = new KeyRing(config);
  const store = { prisma, clock, currentSession };
  const adapter = (model: string) => new PrismaArtifacts(model, store);
  const engine = await Engine.start(async () =>
    createProvider({ config, adapter, accounts, clients, consents, jwks: await keys.load() }),
  );
  const sessions = new IdpSessions(prisma, accounts, clock);
  const formSecret = new FormSecret(config.IDP_COOKIE_KEYS[0] ?? '');
  return {
    config,
    prisma,
    accounts,
    engine,
    services: [audit, accounts, clients, consents, endings, keys, engine, sessions, formSecret],
    workers: [prisma, new ExpiredRows(prisma, clock)],
    health: [
      {
        name: 'database',
        check: async () => {
          await prisma.$queryRaw`SELECT 1`;
        },
      },
    ],
  };
}

/** Gives instances to Nest, each under its own class. */
export function providersOf(instances: readonly object[]): NestProvider[] {
  return instances.map((instance) => ({ provide: instance.constructor, useFactory: () => instance }));
}
