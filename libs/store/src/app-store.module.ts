import { type DynamicModule, Module } from '@nestjs/common';
import { AppSessions } from '#session';
import { AppDatabase } from './app-database.js';
import { PrismaAppSessions } from './prisma-app-sessions.js';

/** Gives a service its app sessions, kept in its own Postgres. */
@Module({})
export class AppStoreModule {
  static forRoot(url: string): DynamicModule {
    return {
      module: AppStoreModule,
      global: true,
      providers: [
        { provide: AppDatabase, useFactory: () => new AppDatabase(url) },
        {
          provide: AppSessions,
          useFactory: (database: AppDatabase) => new PrismaAppSessions(database),
          inject: [AppDatabase],
        },
      ],
      exports: [AppDatabase, AppSessions],
    };
  }
}
