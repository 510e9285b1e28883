import { type DynamicModule, Module } from '@nestjs/common';
import type { JWK } from 'jose';
import { HealthChecks, HealthModule } from '#http';
import { clientOptionsOf, IdpClient } from '#idp-client';
import type { AssertionKey } from '#oidc';
import type { Clock } from '#session';
import { HubDatabase, HubStoreModule } from '#store';
import { BackchannelController } from './backchannel/backchannel.controller.js';
import { BackchannelLogout } from './backchannel/backchannel-logout.js';
import type { GatewayConfig } from './config.js';
import { Cookies } from './http/cookies.js';
import { FrontEnds } from './http/front-ends.js';
import { SessionLife } from './http/session-life.js';
import { SessionReader } from './http/session-reader.js';
import { CallbackController } from './login/callback.controller.js';
import { FinishSignIn } from './login/finish-sign-in.js';
import { LoginController } from './login/login.controller.js';
import { OidcSettings } from './login/oidc-settings.js';
import { OidcStrategy } from './login/oidc.strategy.js';
import { LogoutController } from './logout/logout.controller.js';
import { Assertions } from './proxy/assertions.js';
import { JwksController, PublishedKeys } from './proxy/jwks.controller.js';
import { UserController } from './user/user.controller.js';

/** The keys of the assertions: the one that signs, and what is published. */
export interface GatewayKeys {
  readonly signing: AssertionKey;
  readonly published: readonly JWK[];
}

/** The auth gateway: a backend for frontends that keeps tokens away from browsers. */
@Module({})
export class AppModule {
  static forRoot(config: GatewayConfig, keys: GatewayKeys, clock: Clock): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        LoginController,
        CallbackController,
        UserController,
        LogoutController,
        BackchannelController,
        JwksController,
      ],
      imports: [
        HubStoreModule.forRoot({
          url: config.HUB_DATABASE_URL,
          tokenKeys: config.TOKEN_KEYS,
          clock,
          source: 'urn:sso:gateway',
          tenant: config.TENANT,
        }),
        HealthModule.forRootAsync({
          inject: [HubDatabase],
          useFactory: (database: HubDatabase) =>
            new HealthChecks([{ name: 'database', check: () => database.$queryRaw`SELECT 1` }]),
        }),
      ],
      providers: [
        { provide: IdpClient, useFactory: () => new IdpClient(clientOptionsOf(config), clock) },
        { provide: FrontEnds, useValue: new FrontEnds(config.FRONT_ENDS) },
        { provide: Cookies, useValue: new Cookies(config.COOKIE_SECURE) },
        {
          provide: SessionLife,
          useValue: new SessionLife(config.SESSION_TTL_S, config.SESSION_IDLE_S, config.FIRST_PROBE_WITHIN_S),
        },
        { provide: OidcSettings, useValue: new OidcSettings(config.SCOPES, config.ID_TOKEN_ALG) },
        { provide: Assertions, useValue: new Assertions(config.GATEWAY_URL, keys.signing, clock) },
        { provide: PublishedKeys, useValue: new PublishedKeys(keys.published) },
        ...[OidcStrategy, SessionReader, FinishSignIn, BackchannelLogout],
      ],
    };
  }
}
