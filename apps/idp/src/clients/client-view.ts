import type { ClientMetadata } from 'oidc-provider';
import type { Client } from '../generated/client.js';

/** A client as operators see it: under the names of its registration, as it was given, without what has a default. */
export interface ClientView {
  readonly client_id: string;
  /** `configuration`: it can only be changed there */
  readonly registered_by: 'configuration' | 'operator';
  /** seconds since 1970 */
  readonly client_id_issued_at?: number;
  /** only in the answer that has made it */
  readonly client_secret?: string;
  readonly [member: string]: unknown;
}

/** Gives a client of the configuration, without its secret. */
export function configuredView(metadata: ClientMetadata): ClientView {
  return { ...withoutSecret(metadata), client_id: metadata.client_id, registered_by: 'configuration' };
}

/** Gives a client that an operator registered, without its secret. */
export function registeredView({ id, metadata, createdAt }: Client): ClientView {
  const members = typeof metadata === 'object' && !Array.isArray(metadata) ? metadata : {};
  return {
    ...withoutSecret(members ?? {}),
    client_id: id,
    registered_by: 'operator',
    client_id_issued_at: Math.floor(createdAt.getTime() / 1000),
  };
}

function withoutSecret(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([name]) => name !== 'client_secret'));
}
