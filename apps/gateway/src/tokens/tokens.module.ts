import { Module } from '@nestjs/common';
import { AccessTokens } from './access-tokens.js';
import { RefreshedAccessTokens } from './refreshed-access-tokens.js';
import { TokenRefresh } from './token-refresh.js';
import { UnwantedTokens } from './unwanted-tokens.js';

/** The IdP's access tokens, renewed ahead of their expiry. */
@Module({
  providers: [{ provide: AccessTokens, useClass: RefreshedAccessTokens }, TokenRefresh, UnwantedTokens],
  exports: [AccessTokens],
})
export class TokensModule {}
