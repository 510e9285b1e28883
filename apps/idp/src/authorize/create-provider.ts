import { Logger } from '@nestjs/common';
import { ConfigError, type ConfigFault } from '#config';
import type { Clock } from '#session';
import Provider, { errors } from 'oidc-provider';
import type { Accounts } from '../account/accounts.service.js';
import { currentSession } from '../adapter/current-session.js';
import { PrismaArtifacts } from '../adapter/prisma-artifacts.js';
import type { IdpConfig } from '../config.js';
import type { PrismaClient } from '../generated/client.js';
import { logEvents } from './log-events.js';
import { providerConfiguration } from './provider-configuration.js';

/**
 * Makes the protocol engine.
 *
 * @throws ConfigError that names every client, or the key set, that the engine refuses
 */
export async function createProvider(
  config: IdpConfig,
  prisma: PrismaClient,
  accounts: Accounts,
  clock: Clock,
): Promise<Provider> {
  const store = { prisma, clock, currentSession };
  const adapter = (model: string) => new PrismaArtifacts(model, store);
  const provider = engineOf(config, providerConfiguration(config, adapter, accounts));
  const faults = await Promise.all(config.IDP_CLIENTS.map(({ client_id }) => faultOfClient(provider, client_id)));
  const found = faults.filter((fault) => fault !== undefined);
  if (found.length > 0) throw new ConfigError(found);
  logEvents(provider, new Logger('provider'));
  return provider;
}

function engineOf({ IDP_ISSUER }: IdpConfig, configuration: ConstructorParameters<typeof Provider>[1]): Provider {
  try {
    return new Provider(IDP_ISSUER, configuration);
  } catch (error) {
    // All else that the engine judges here is ours and not configurable.
    const message = error instanceof Error ? error.message : 'is refused by the protocol engine';
    throw new ConfigError([{ key: 'IDP_JWKS', message }]);
  }
}

/** The engine judges a client's metadata when it first looks at it. */
async function faultOfClient(provider: Provider, clientId: string): Promise<ConfigFault | undefined> {
  try {
    await provider.Client.find(clientId);
    return undefined;
  } catch (error) {
    if (!(error instanceof errors.OIDCProviderError)) throw error;
    return { key: 'IDP_CLIENTS', message: `${clientId}: ${error.error_description ?? error.error}` };
  }
}
