import { Logger } from '@nestjs/common';
import { ConfigError, type ConfigFault } from '#config';
import Provider, { errors } from 'oidc-provider';
import { acceptHashedSecrets } from '../clients/hashed-secret.js';
import { onlyOwnAnswers, onlyValidPasswords } from '../interaction/fresh-sign-in.js';
import { rememberSignIns } from '../interaction/remember-sign-ins.js';
import { allowImplicitOnLoopback } from './implicit-on-loopback.js';
import { forgetSignedOut } from '../logout/forget-signed-out.js';
import { takeOverSending } from '../logout/take-over-sending.js';
import { recordDevices } from '../sessions/record-devices.js';
import { logEvents } from './log-events.js';
import { type EngineParts, providerConfiguration } from './provider-configuration.js';
import { surround } from './surround.js';
import { tellSid } from './tell-sid.js';

/**
 * Makes a provider with the clients and keys of this moment.
 *
 * @throws ConfigError that names every client, or the key set, that the engine refuses
 */
export async function createProvider(parts: EngineParts): Promise<Provider> {
  const provider = engineOf(parts);
  acceptHashedSecrets(provider);
  allowImplicitOnLoopback(provider);
  tellSid(provider);
  surround(provider, parts);
  const faults = await Promise.all(parts.config.IDP_CLIENTS.map(({ client_id }) => faultOfClient(provider, client_id)));
  const found = faults.filter((fault) => fault !== undefined);
  if (found.length > 0) throw new ConfigError(found);
  takeOverSending(provider);
  logEvents(provider, new Logger('provider'));
  rememberSignIns(provider, parts.remembered);
  forgetSignedOut(provider, parts.remembered);
  recordDevices(provider, parts.devices);
  provider.use(onlyOwnAnswers(provider, parts));
  provider.use(onlyValidPasswords(parts));
  parts.faults?.wrap(provider);
  return provider;
}

function engineOf(parts: EngineParts): Provider {
  try {
    return new Provider(parts.config.IDP_ISSUER, providerConfiguration(parts));
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
