import { Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client.js';

@Injectable()
export class Database extends PrismaClient implements OnApplicationShutdown {
  constructor() {
    super({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL ?? '' }) });
  }

  onApplicationShutdown(): Promise<void> {
    return this.$disconnect();
  }
}

@Module({ providers: [Database], exports: [Database] })
export class DatabaseModule {}
