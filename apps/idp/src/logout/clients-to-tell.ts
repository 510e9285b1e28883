import type { ClientMetadata } from 'oidc-provider';
import type { Prisma } from '../generated/client.js';
import type { SessionClient } from '../sessions/stored-session.js';

/**
 * Gives those of `clients` that have a back-channel logout URI. Asks within the transaction, so that ending a session never
 * needs a second connection while it holds one.
 *
 * @param configured the clients of the configuration; all others are in the database
 */
export async function clientsToTell<C extends SessionClient>(
  tx: Prisma.TransactionClient,
  configured: readonly ClientMetadata[],
  clients: readonly C[],
): Promise<readonly C[]> {
  const known = new Map(configured.map((metadata) => [metadata.client_id, metadata.backchannel_logout_uri]));
  const others = clients.flatMap(({ clientId }) => (known.has(clientId) ? [] : [clientId]));
  const rows =
    others.length === 0
      ? []
      : await tx.client.findMany({
          where: { id: { in: others }, metadata: { path: ['backchannel_logout_uri'], string_starts_with: 'http' } },
          select: { id: true },
        });
  const registered = new Set(rows.map(({ id }) => id));
  return clients.filter(({ clientId }) => known.get(clientId) !== undefined || registered.has(clientId));
}
