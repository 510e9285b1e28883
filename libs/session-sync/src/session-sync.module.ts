import { type DynamicModule, type FactoryProvider, Module, type ModuleMetadata } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { sessionSyncExports, sessionSyncProviders } from './session-sync.providers.js';
import { SessionEndedController } from './session-ended.controller.js';
import { SESSION_SYNC_OPTIONS, type SessionSyncOptions } from './sync-options.js';

/** How options are made of other providers. */
export interface SessionSyncAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...injected: never[]) => SessionSyncOptions | Promise<SessionSyncOptions>;
}

/**
 * Makes a Nest service forget a person when their IdP session ends. Put {@link SessionGuard} on what only signed-in people may
 * see, and call `startSessionSync(app)`.
 */
@Module({})
export class SessionSyncModule {
  /** @throws TypeError, when the application starts, that names each faulty option */
  static forRoot(options: SessionSyncOptions): DynamicModule {
    return SessionSyncModule.forRootAsync({ useFactory: () => options });
  }

  /** As {@link SessionSyncModule.forRoot}, with options that need other providers, such as a Prisma client for the store. */
  static forRootAsync({ imports = [], inject = [], useFactory }: SessionSyncAsyncOptions): DynamicModule {
    return {
      module: SessionSyncModule,
      global: true,
      imports: [DiscoveryModule, ...imports],
      controllers: [SessionEndedController],
      providers: [{ provide: SESSION_SYNC_OPTIONS, inject, useFactory }, ...sessionSyncProviders],
      exports: [...sessionSyncExports],
    };
  }
}
