import { type NatsRole, permissionsOf, toNatsConf, userOf } from './nats-permissions.js';

/** The user who may do anything: makes, repairs and looks into the streams. No app has its password. */
export const OPERATOR = 'session-sync';

/** The users of a server: each app's, the operator, and an observer who needs no password. */
export interface NatsUsers {
  /** by user; the observer has none that anybody knows */
  readonly passwords: ReadonlyMap<string, string>;
  /** the part of nats.conf that says who may connect, and what each may do */
  readonly text: string;
}

/** Gives every role of a cluster with these services. */
export function rolesOf(services: readonly string[]): readonly NatsRole[] {
  return [{ kind: 'session-poller' }, ...services.map((service) => ({ kind: 'service', service, services }) as const)];
}

/** Makes the users of a private server. Passwords hold nothing that needs escaping. */
export function natsUsers(services: readonly string[], newPassword: () => string): NatsUsers {
  const observer: NatsRole = { kind: 'observer', services };
  const passwords = new Map([OPERATOR, ...rolesOf(services).map(userOf)].map((user) => [user, newPassword()]));
  const users = [
    `{ user: ${OPERATOR}, password: "${passwords.get(OPERATOR) ?? ''}" }`,
    ...rolesOf(services).map((role) => userBlock(role, passwords.get(userOf(role)) ?? '')),
    userBlock(observer, newPassword()),
  ];
  return {
    passwords,
    text: `authorization {\n  users: [\n${users.join('\n')}\n  ]\n}\nno_auth_user: ${userOf(observer)}\n`,
  };
}

/** Gives one user of nats.conf. */
export function userBlock(role: NatsRole, password: string): string {
  return `{ user: ${userOf(role)}, password: "${password}", permissions: ${toNatsConf(permissionsOf(role))} }`;
}
