import { Injectable } from '@nestjs/common';
import type { ClientMetadata } from 'oidc-provider';
import { accountClient } from '../account-page/account-client.js';
import type { IdpConfig } from '../config.js';
import type { Client, PrismaClient } from '../generated/client.js';
import { isStorable } from '../storable-text.js';
import { engineMetadata } from './client-settings.js';

/** The clients: those of the configuration, and those that operators registered. */
@Injectable()
export class ClientRegistry {
  /** the clients of the configuration and the account page, as the engine takes them */
  readonly configured: readonly ClientMetadata[];

  constructor(
    config: IdpConfig,
    private readonly prisma: PrismaClient,
  ) {
    this.configured = [...config.IDP_CLIENTS.map(engineMetadata), accountClient(config.IDP_ISSUER)];
  }

  /** Gives the metadata of those of these clients that there are, as the engine takes it. */
  async findAll(clientIds: readonly string[]): Promise<readonly ClientMetadata[]> {
    const configured = this.configured.filter(({ client_id }) => clientIds.includes(client_id));
    const known = new Set(configured.map(({ client_id }) => client_id));
    const others = clientIds.filter((id) => !known.has(id) && isStorable(id));
    if (others.length === 0) return configured;
    const rows = await this.prisma.client.findMany({ where: { id: { in: others } } });
    return [...configured, ...rows.map(metadataOf)];
  }

  /** Gives a client that an operator registered. */
  async findRegistered(clientId: string): Promise<ClientMetadata | undefined> {
    if (!isStorable(clientId)) return undefined;
    const row = await this.prisma.client.findUnique({ where: { id: clientId } });
    return row === null ? undefined : metadataOf(row);
  }
}

/** What was judged when it was registered. */
function metadataOf({ metadata }: Pick<Client, 'metadata'>): ClientMetadata {
  return engineMetadata(metadata as ClientMetadata);
}
