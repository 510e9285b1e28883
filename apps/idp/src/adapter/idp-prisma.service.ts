import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import { CONNECTIONS } from '#store';
import { PrismaClient } from '../generated/client.js';

/** The IdP's database. Closed last, after the servers have answered what they had begun. */
@Injectable()
export class IdpPrisma extends PrismaClient implements OnApplicationShutdown {
  constructor(connectionString: string) {
    // A person waits at the other end, and an error that comes soon can be tried again.
    super({ adapter: new PrismaPg({ connectionString, ...CONNECTIONS }) });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.$disconnect();
  }
}
