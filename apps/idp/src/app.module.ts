import { type DynamicModule, Module } from '@nestjs/common';
import { HealthChecks, HealthModule } from '#http';
import { type IdpParts, providersOf } from './idp-parts.js';
import { SignInController } from './interaction/sign-in.controller.js';
import { AssetsController } from './page/assets.controller.js';

/** The public side of the IdP: the pages for people. `mountProvider` adds the protocol's endpoints. */
@Module({})
export class AppModule {
  static forRoot({ services, workers, health }: IdpParts): DynamicModule {
    return {
      module: AppModule,
      imports: [HealthModule.forRootAsync({ useFactory: () => new HealthChecks(health) })],
      controllers: [SignInController, AssetsController],
      providers: providersOf([...workers, ...services]),
    };
  }
}
