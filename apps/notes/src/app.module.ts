import { type DynamicModule, Module } from '@nestjs/common';
import { HealthChecks, HealthModule, MetricsModule } from '#http';
import type { Clock } from '#session';
import { optionsFromKeys, SessionSyncModule, SyncState } from '#session-sync';
import { AppDatabase, AppStoreModule } from '#store';
import { LiveNotesGateway } from './live-notes.gateway.js';
import { NoteFeed } from './note-feed.js';
import { NotesController } from './notes.controller.js';
import type { NotesConfig } from './config.js';

/** The notes service: a few lines of its own, the rest is the library. */
@Module({})
export class AppModule {
  static forRoot(config: NotesConfig, clock: Clock): DynamicModule {
    return {
      module: AppModule,
      controllers: [NotesController],
      providers: [NoteFeed, LiveNotesGateway],
      imports: [
        AppStoreModule.forRoot(config.DATABASE_URL),
        SessionSyncModule.forRoot({ service: 'notes', ...optionsFromKeys(config), clock }),
        MetricsModule.forRoot(),
        HealthModule.forRootAsync({
          inject: [AppDatabase, SyncState],
          useFactory: (database: AppDatabase, sync: SyncState) =>
            new HealthChecks([
              { name: 'database', check: () => database.$queryRaw`SELECT 1` },
              { name: 'endings', check: () => sync.assertCaughtUp() },
            ]),
        }),
      ],
    };
  }
}
