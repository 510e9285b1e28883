const nodes = ['nats-1', 'nats-2', 'nats-3'] as const;
const user = 'session-sync';
const routeUser = 'route';

/** The part of a node's configuration that says who may connect. Passwords hold nothing that needs escaping. */
export function natsUsers(password: string): string {
  return `authorization {\n  user: ${user}\n  password: "${password}"\n}`;
}

/** The part of the `cluster` block that says who is in it, and how its nodes know each other. */
export function natsRoutes(password: string): string {
  const routes = nodes.map((node) => `  "nats://${routeUser}:${password}@${node}:6222"`);
  return [
    `authorization {\n  user: ${routeUser}\n  password: "${password}"\n}`,
    `routes: [\n${routes.join('\n')}\n]`,
  ].join('\n');
}

/** Where clients find the cluster: every node, so that one may be away. */
export function natsUrl(password: string): string {
  return nodes.map((node) => `nats://${user}:${password}@${node}:4222`).join(',');
}
