import { type DynamicModule, Module } from '@nestjs/common';
import { HealthChecks, HealthModule } from '#http';
import type { Clock } from '#session';
import { HubDatabase, HubStoreModule } from '#store';
import type { GatewayConfig } from './config.js';
import { EventsModule } from './events/events.module.js';
import { RequestModule, type Sites } from './http/request.module.js';
import { SessionLife } from './http/session-life.js';
import { RequestLimits } from './limits/request-limits.js';
import { LoginModule } from './login/login.module.js';
import { LogoutModule } from './logout/logout.module.js';
import { ContractController } from './openapi/contract.controller.js';
import { OpenApiController } from './openapi/openapi.controller.js';
import { AssertionsModule, type GatewayKeys } from './proxy/assertions.module.js';
import { GatewayMetrics } from './metrics/gateway-metrics.js';
import { MeasuresModule } from './metrics/measures.module.js';
import { ReceiversModule } from './receivers/receivers.module.js';
import { TokensModule } from './tokens/tokens.module.js';
import { UserModule } from './user/user.module.js';
import { VerifyController } from './verify/verify.controller.js';

/** The auth gateway: a backend for frontends that keeps tokens away from browsers. */
@Module({})
export class AppModule {
  static forRoot(
    config: GatewayConfig,
    sites: Sites,
    keys: GatewayKeys,
    clock: Clock,
    metrics: GatewayMetrics,
  ): DynamicModule {
    const limits = new RequestLimits(config.SIGN_INS_PER_MINUTE, config.REFUSED_TOKENS_PER_MINUTE);
    return {
      module: AppModule,
      imports: [
        storeOf(config, clock, metrics),
        MeasuresModule.forRoot(metrics),
        HealthModule.forRootAsync({
          inject: [HubDatabase],
          useFactory: (database: HubDatabase) =>
            new HealthChecks([{ name: 'database', check: () => database.$queryRaw`SELECT 1` }]),
        }),
        RequestModule.forRoot(sites, new SessionLife(config.FIRST_PROBE_WITHIN_S, clock), limits),
        ...[LoginModule, LogoutModule, ReceiversModule],
        UserModule.forRoot(config.SESSION_MEMORY),
        EventsModule,
        AssertionsModule.forRoot(config.GATEWAY_URL, keys, clock),
        TokensModule,
      ],
      controllers: [VerifyController, OpenApiController, ContractController],
    };
  }
}

function storeOf(config: GatewayConfig, clock: Clock, metrics: GatewayMetrics): DynamicModule {
  return HubStoreModule.forRoot({
    url: config.HUB_DATABASE_URL,
    tokenKeys: config.TOKEN_KEYS,
    clock,
    source: 'urn:sso:gateway',
    tenant: config.TENANT,
    sessionMemory: config.SESSION_MEMORY,
    onEnded: metrics.ended.bind(metrics),
  });
}
