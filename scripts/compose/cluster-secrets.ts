import { createSecrets } from '../demo/secrets.js';
import { newPassword } from '../stack/create-database.js';
import { type NatsRole, userOf } from '../stack/nats-permissions.js';
import { rolesOf } from '../stack/nats-users.js';
import { gatewayClient, type ClientAddresses } from './gateway-client.js';
import { natsRoutes, natsUrl, natsUsers } from './nats-settings.js';
import type { SecretFolder } from './secret-folder.js';

/** The databases of the cluster, each with a role of the same name. */
export const databaseNames = ['hub', 'idp', 'notes', 'billing'] as const;

/** The groups of the containers' users: who may read what. */
export interface Readers {
  readonly apps: number;
  readonly postgres: number;
  readonly nats: number;
}

/** The groups in the images that docker-compose.yml names. */
export const imageReaders: Readers = { apps: 1000, postgres: 999, nats: 0 };

/**
 * Fills the folder with everything that the cluster's parts need to know of each other.
 *
 * A secret is made once and never changed after that. What follows from secrets and addresses is written anew each time,
 * so that it follows them.
 */
export async function fillSecretFolder(folder: SecretFolder, addresses: ClientAddresses, readers: Readers) {
  await keepAppSecrets(folder, addresses, readers.apps);
  await keepDatabaseSecrets(folder, readers);
  await keepNatsSecrets(folder, readers);
}

async function keepAppSecrets(folder: SecretFolder, addresses: ClientAddresses, gid: number): Promise<void> {
  const fresh = await createSecrets();
  const keep = (name: string, text: string): Promise<string> => folder.keep(name, gid, () => text);
  await keep('operator-token', fresh.operatorToken);
  await keep('cookie-keys', fresh.cookieKey);
  await keep('token-keys', fresh.tokenKeys);
  await keep('idp-secret-keys', fresh.idpSecretKeys);
  await keep('people.json', JSON.stringify(fresh.people));
  await keep('idp-jwks.json', JSON.stringify({ keys: [fresh.idpKey] }));
  await keep('assertion-key.json', JSON.stringify(fresh.assertionKey));
  const clientSecret = await keep('client-secret', fresh.clientSecret);
  await folder.replace('clients.json', gid, JSON.stringify([gatewayClient(addresses, clientSecret)]));
}

async function keepDatabaseSecrets(folder: SecretFolder, { apps, postgres }: Readers): Promise<void> {
  await folder.keep('postgres-password', postgres, newPassword);
  for (const name of databaseNames) {
    const password = await folder.keep(`${name}-database-password`, postgres, newPassword);
    await folder.replace(`${name}-database-url`, apps, `postgresql://${name}:${password}@postgres:5432/${name}`);
  }
  const timeline = await folder.keep('timeline-database-password', postgres, newPassword);
  await folder.replace('timeline-database-url', apps, `postgresql://timeline:${timeline}@postgres:5432/hub`);
}

/** Each app is a NATS user of its own, and somebody who looks on is one more. */
async function keepNatsSecrets(folder: SecretFolder, { apps, nats }: Readers): Promise<void> {
  const services = ['notes', 'billing'];
  const roles: readonly NatsRole[] = [...rolesOf(services), { kind: 'observer', services }];
  const users: { readonly role: NatsRole; readonly password: string }[] = [];
  for (const role of roles) {
    const user = userOf(role);
    const password = await folder.keep(`nats-${user}-password`, nats, newPassword);
    await folder.replace(`nats-${user}-url`, apps, natsUrl(user, password));
    users.push({ role, password });
  }
  const routePassword = await folder.keep('nats-route-password', nats, newPassword);
  await folder.replace('nats-users.conf', nats, natsUsers(users));
  await folder.replace('nats-routes.conf', nats, natsRoutes(routePassword));
}
