import { type DynamicModule, Module } from '@nestjs/common';
import { HealthChecks, HealthModule } from '#http';
import Provider from 'oidc-provider';
import { Accounts } from './account/accounts.service.js';
import { ExpiredRows } from './adapter/expired-rows.service.js';
import { IdpPrisma } from './adapter/idp-prisma.service.js';
import type { IdpParts } from './idp-parts.js';
import { FormSecret, SignInController } from './interaction/sign-in.controller.js';
import { AssetsController } from './page/assets.controller.js';

/** The public side of the IdP: the pages for people. `mountProvider` adds the protocol's endpoints. */
@Module({})
export class AppModule {
  static forRoot({ prisma, accounts, provider, expiredRows, formSecret, health }: IdpParts): DynamicModule {
    return {
      module: AppModule,
      imports: [HealthModule.forRootAsync({ useFactory: () => new HealthChecks(health) })],
      controllers: [SignInController, AssetsController],
      providers: [
        { provide: IdpPrisma, useFactory: () => prisma },
        { provide: ExpiredRows, useFactory: () => expiredRows },
        { provide: Accounts, useFactory: () => accounts },
        { provide: Provider, useFactory: () => provider },
        { provide: FormSecret, useFactory: () => new FormSecret(formSecret) },
      ],
    };
  }
}
