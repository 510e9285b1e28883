import { Injectable } from '@nestjs/common';
import { ClientRegistry } from '../clients/client-registry.js';

/** What people call the clients. */
@Injectable()
export class ClientNames {
  constructor(private readonly clients: ClientRegistry) {}

  /** Gives a function that gives each of these clients' names; its id when it has none, or is no longer registered. */
  async of(clientIds: readonly string[]): Promise<(clientId: string) => string> {
    const found = await this.clients.findAll([...new Set(clientIds)]);
    const names = new Map(found.map(({ client_id, client_name }) => [client_id, client_name]));
    return (clientId) => names.get(clientId) ?? clientId;
  }
}
