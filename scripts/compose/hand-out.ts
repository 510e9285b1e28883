import { databaseNames, type Readers } from './cluster-secrets.js';
import type { SecretFolder } from './secret-folder.js';

/** What one part of the cluster may see: the secret, and the name that it has there. */
type Share = readonly (readonly [secret: string, as: string])[];

const same = (...names: readonly string[]): Share => names.map((name) => [name, name]);
const service = (name: string): Share => [...same(`${name}-database-url`), [`nats-${name}-url`, 'nats-url']];

/** Who sees which secrets, and nothing else. Each has a volume of its own: `secrets-<name>` in docker-compose.yml. */
export const shares: Readonly<Record<string, { readonly reader: keyof Readers; readonly secrets: Share }>> = {
  gateway: { reader: 'apps', secrets: same('hub-database-url', 'token-keys', 'client-secret', 'assertion-key.json') },
  poller: {
    reader: 'apps',
    secrets: [...same('hub-database-url', 'token-keys', 'client-secret'), ['nats-session-poller-url', 'nats-url']],
  },
  idp: {
    reader: 'apps',
    secrets: same(
      ...['idp-database-url', 'operator-token', 'cookie-keys', 'idp-secret-keys'],
      ...['idp-jwks.json', 'clients.json', 'people.json'],
    ),
  },
  notes: { reader: 'apps', secrets: service('notes') },
  billing: { reader: 'apps', secrets: service('billing') },
  web: { reader: 'apps', secrets: same('timeline-database-url', 'operator-token') },
  migrate: { reader: 'apps', secrets: same(...databaseNames.map((name) => `${name}-database-url`)) },
  postgres: {
    reader: 'postgres',
    secrets: same(
      ...['postgres-password', 'timeline-database-password'],
      ...databaseNames.map((name) => `${name}-database-password`),
    ),
  },
  nats: { reader: 'nats', secrets: same('nats-users.conf', 'nats-routes.conf') },
};

/** Copies to each part of the cluster what it may see. @param folderOf where that part looks */
export async function handOut(
  all: SecretFolder,
  folderOf: (part: string) => SecretFolder,
  readers: Readers,
): Promise<void> {
  for (const [part, { reader, secrets }] of Object.entries(shares))
    for (const [secret, as] of secrets) await folderOf(part).replace(as, readers[reader], await all.read(secret));
}
