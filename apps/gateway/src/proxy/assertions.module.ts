import { type DynamicModule, Module } from '@nestjs/common';
import type { JWK } from 'jose';
import type { AssertionKey } from '#oidc';
import type { Clock } from '#session';
import { Assertions } from './assertions.js';
import { JwksController, PublishedKeys } from './jwks.controller.js';

/** The keys of the assertions: the one that signs, and what is published. */
export interface GatewayKeys {
  readonly signing: AssertionKey;
  readonly published: readonly JWK[];
}

/** What services are told of sessions, and the keys by which they believe it. The proxy itself is Fastify's: `registerProxy`. */
@Module({})
export class AssertionsModule {
  static forRoot(gatewayUrl: string, keys: GatewayKeys, clock: Clock): DynamicModule {
    return {
      module: AssertionsModule,
      controllers: [JwksController],
      providers: [
        { provide: Assertions, useValue: new Assertions(gatewayUrl, keys.signing, clock) },
        { provide: PublishedKeys, useValue: new PublishedKeys(keys.published) },
      ],
      exports: [Assertions],
    };
  }
}
