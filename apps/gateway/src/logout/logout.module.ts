import { Module } from '@nestjs/common';
import { IdpSignOut } from './idp-sign-out.js';
import { LogoutController } from './logout.controller.js';
import { ReceiptsController } from './receipts.controller.js';
import { SignedOutController } from './signed-out.controller.js';
import { SignOut } from './sign-out.js';
import { TokenRevocation } from './token-revocation.js';

/** Signing out from here: the session, the IdP, and who has heard of it. */
@Module({
  controllers: [LogoutController, SignedOutController, ReceiptsController],
  providers: [SignOut, IdpSignOut, TokenRevocation],
  exports: [TokenRevocation],
})
export class LogoutModule {}
