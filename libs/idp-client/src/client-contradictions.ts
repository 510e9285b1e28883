import type { ClientEntry } from './client-entry.js';

/** What two keys of the configuration say against each other, and where. */
export interface Contradiction {
  readonly path: (string | number)[];
  readonly message: string;
}

/** Says what a client lacks for the way that it authenticates. */
export function clientContradictions(client: ClientEntry, path: readonly string[]): readonly Contradiction[] {
  const wanted = client.auth === 'private_key_jwt' ? 'key' : 'secret';
  return client[wanted] === undefined ? [{ path: [...path], message: `needs ${wanted} for ${client.auth}` }] : [];
}
