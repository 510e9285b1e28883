import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { ClientRegistry } from './client-registry.js';

/** Lets the engine find the clients that operators registered: at once, in every replica. It writes none of them. */
export class ClientAdapter implements Adapter {
  constructor(private readonly clients: ClientRegistry) {}

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.clients.findRegistered(id);
  }

  upsert(): Promise<void> {
    return refused();
  }

  destroy(): Promise<void> {
    return refused();
  }

  consume(): Promise<void> {
    return refused();
  }

  revokeByGrantId(): Promise<void> {
    return refused();
  }

  findByUid(): Promise<undefined> {
    return refused();
  }

  findByUserCode(): Promise<undefined> {
    return refused();
  }
}

function refused(): Promise<never> {
  return Promise.reject(new Error('clients are found by their id alone, and registered by operators'));
}
