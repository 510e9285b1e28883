import { Injectable } from '@nestjs/common';
import type { ClientMetadata } from 'oidc-provider';
import type { IdpConfig } from '../config.js';
import type { PrismaClient } from '../generated/client.js';
import { engineMetadata } from './client-settings.js';

/** The clients: those of the configuration, and those that operators registered. */
@Injectable()
export class ClientRegistry {
  /** the clients of the configuration, as the engine takes them */
  readonly configured: readonly ClientMetadata[];

  constructor(
    config: IdpConfig,
    private readonly prisma: PrismaClient,
  ) {
    this.configured = config.IDP_CLIENTS.map(engineMetadata);
  }

  /** Gives a client's metadata as the engine takes it; undefined when there is no such client. */
  async find(clientId: string): Promise<ClientMetadata | undefined> {
    const configured = this.configured.find(({ client_id }) => client_id === clientId);
    return configured ?? (await this.findRegistered(clientId));
  }

  /** Gives a client that an operator registered. */
  async findRegistered(clientId: string): Promise<ClientMetadata | undefined> {
    if (clientId.includes('\0')) return undefined; // Postgres can't even ask for it
    const row = await this.prisma.client.findUnique({ where: { id: clientId } });
    return row === null ? undefined : engineMetadata(row.metadata as ClientMetadata);
  }
}
