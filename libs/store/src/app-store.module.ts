import { type DynamicModule, Module } from '@nestjs/common';
import { AppSessions, LivingSessions, SyncPlaces } from '#session';
import { AppDatabase } from './app-database.js';
import { prismaAppSessions } from './prisma-app-sessions.js';

/** Gives a service its app sessions and its place in the stream of endings, kept in its own Postgres. */
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
          useFactory: (database: AppDatabase) => prismaAppSessions(database),
          inject: [AppDatabase],
        },
        { provide: LivingSessions, useExisting: AppSessions },
        { provide: SyncPlaces, useExisting: AppSessions },
      ],
      exports: [AppDatabase, AppSessions, LivingSessions, SyncPlaces],
    };
  }
}
