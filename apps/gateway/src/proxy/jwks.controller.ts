import { Controller, Get, Header } from '@nestjs/common';
import type { JWK } from 'jose';

/** The public keys of the assertions. */
export class PublishedKeys {
  constructor(readonly keys: readonly JWK[]) {}
}

@Controller('.well-known')
export class JwksController {
  constructor(private readonly published: PublishedKeys) {}

  @Get('jwks.json')
  @Header('cache-control', 'public, max-age=300')
  jwks(): { readonly keys: readonly JWK[] } {
    return { keys: this.published.keys };
  }
}
