import { PrismaPg } from '@prisma/adapter-pg';
import type { OnApplicationShutdown } from '@nestjs/common';
import { CONNECTIONS, TRANSACTIONS } from './connections.js';
import { PrismaClient } from './generated/app/client.js';

/** A service's own database: a Prisma client that closes its connections with the application. */
export class AppDatabase extends PrismaClient implements OnApplicationShutdown {
  constructor(url: string) {
    super({ adapter: new PrismaPg({ connectionString: url, ...CONNECTIONS }), transactionOptions: TRANSACTIONS });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.$disconnect();
  }
}
