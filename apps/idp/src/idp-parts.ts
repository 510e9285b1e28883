import type { HealthCheck } from '#http';
import type { Clock } from '#session';
import type Provider from 'oidc-provider';
import { Accounts } from './account/accounts.service.js';
import { ExpiredRows } from './adapter/expired-rows.service.js';
import { IdpPrisma } from './adapter/idp-prisma.service.js';
import { createProvider } from './authorize/create-provider.js';
import type { IdpConfig } from './config.js';
import { IdpSessions } from './sessions/idp-sessions.service.js';

/** What the public server and the operator API are made of; they share it. */
export interface IdpParts {
  readonly prisma: IdpPrisma;
  readonly accounts: Accounts;
  readonly provider: Provider;
  readonly sessions: IdpSessions;
  readonly expiredRows: ExpiredRows;
  /** signs the sign-in form's token */
  readonly formSecret: string;
  readonly health: readonly HealthCheck[];
}

/**
 * Makes the parts. Connects to nothing yet.
 *
 * @throws ConfigError when a client or a key can't be used
 */
export async function makeParts(config: IdpConfig, clock: Clock): Promise<IdpParts> {
  const prisma = new IdpPrisma(config.IDP_DATABASE_URL);
  const accounts = new Accounts(prisma);
  const provider = await createProvider(config, prisma, accounts, clock);
  return {
    prisma,
    accounts,
    provider,
    sessions: new IdpSessions(prisma, accounts, provider, clock),
    expiredRows: new ExpiredRows(prisma, clock),
    formSecret: config.IDP_COOKIE_KEYS[0] ?? '',
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
