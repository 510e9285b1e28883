import { type DynamicModule, Module } from '@nestjs/common';
import { HealthChecks, HealthModule } from '#http';
import { ACCOUNT_CONTROLLERS } from './account-page/account-controllers.js';
import { ConsentController } from './consent/consent.controller.js';
import { type IdpParts, providersOf } from './idp-parts.js';
import { MfaController } from './mfa/mfa.controller.js';
import { PasswordController } from './interaction/password.controller.js';
import { SelectAccountController } from './interaction/select-account.controller.js';
import { SignInController } from './interaction/sign-in.controller.js';
import { CheckSessionController } from './monitor/check-session.controller.js';
import { AssetsController } from './page/assets.controller.js';

/** The public side of the IdP: the pages for people. `mountProvider` adds the protocol's endpoints. */
@Module({})
export class AppModule {
  static forRoot({ services, workers, health }: IdpParts): DynamicModule {
    return {
      module: AppModule,
      imports: [HealthModule.forRootAsync({ useFactory: () => new HealthChecks(health) })],
      controllers: [
        ...ACCOUNT_CONTROLLERS,
        SignInController,
        SelectAccountController,
        MfaController,
        PasswordController,
        ConsentController,
        CheckSessionController,
        AssetsController,
      ],
      providers: providersOf([...workers, ...services]),
    };
  }
}
