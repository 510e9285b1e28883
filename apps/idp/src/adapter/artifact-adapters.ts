import type { AdapterFactory } from 'oidc-provider';
import { ClientAdapter } from '../clients/client-adapter.js';
import type { ClientRegistry } from '../clients/client-registry.js';
import { type ArtifactStore, PrismaArtifacts } from './prisma-artifacts.js';
import { RotatingRefreshTokens } from './refresh-grace.js';

/**
 * Gives the engine what it keeps each kind of its artifacts with.
 *
 * @param graceS seconds in which the second use of a rotated refresh token is believed
 */
export function artifactAdapters(store: ArtifactStore, clients: ClientRegistry, graceS: number): AdapterFactory {
  const clientAdapter = new ClientAdapter(clients);
  return (model) => {
    if (model === 'Client') return clientAdapter;
    if (model === 'RefreshToken') return new RotatingRefreshTokens(store, graceS * 1000);
    return new PrismaArtifacts(model, store);
  };
}
