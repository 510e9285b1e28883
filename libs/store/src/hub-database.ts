import { PrismaPg } from '@prisma/adapter-pg';
import type { OnApplicationShutdown } from '@nestjs/common';
import { PrismaClient } from './generated/hub/client.js';

/** The hub's database: a Prisma client that closes its connections with the application. */
export class HubDatabase extends PrismaClient implements OnApplicationShutdown {
  /** @param connections the most connections that this process opens */
  constructor(url: string, connections = 10) {
    super({ adapter: new PrismaPg({ connectionString: url, max: connections }) });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.$disconnect();
  }
}
