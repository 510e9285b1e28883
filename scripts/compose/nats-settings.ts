import type { NatsRole } from '../stack/nats-permissions.js';
import { userBlock } from '../stack/nats-users.js';

const nodes = ['nats-1', 'nats-2', 'nats-3'] as const;
const routeUser = 'route';

/**
 * The part of a node's configuration that says who may connect, and what each may do. Passwords hold nothing that needs
 * escaping.
 */
export function natsUsers(users: readonly { readonly role: NatsRole; readonly password: string }[]): string {
  const blocks = users.map(({ role, password }) => userBlock(role, password));
  return `authorization {\n  users: [\n${blocks.join('\n')}\n  ]\n}`;
}

/** The part of the `cluster` block that says who is in it, and how its nodes know each other. */
export function natsRoutes(password: string): string {
  const routes = nodes.map((node) => `  "nats://${routeUser}:${password}@${node}:6222"`);
  return [
    `authorization {\n  user: ${routeUser}\n  password: "${password}"\n}`,
    `routes: [\n${routes.join('\n')}\n]`,
  ].join('\n');
}

/** Where one user finds the cluster: every node, so that one may be away. */
export function natsUrl(user: string, password: string): string {
  return nodes.map((node) => `nats://${user}:${password}@${node}:4222`).join(',');
}
