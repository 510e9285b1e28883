import { Module } from '@nestjs/common';
import { SilentModule } from '../silent/silent.module.js';
import { BeginAgain } from './begin-again.js';
import { BeginSignIn } from './begin-sign-in.js';
import { CallbackController } from './callback.controller.js';
import { Contradiction } from './contradiction.js';
import { Departure } from './departure.js';
import { FinishSignIn } from './finish-sign-in.js';
import { FirstDeparture } from './first-departure.js';
import { LoginController } from './login.controller.js';
import { OidcStrategy } from './oidc.strategy.js';
import { OpenSession } from './open-session.js';
import { PresentSession } from './present-session.js';
import { RefusedSignIn } from './refused-sign-in.js';
import { SessionTimes } from './session-times.js';

/** Signing in: out to the IdP and back. */
@Module({
  imports: [SilentModule],
  controllers: [LoginController, CallbackController],
  providers: [
    ...[BeginSignIn, PresentSession, FirstDeparture, Departure, OidcStrategy],
    ...[FinishSignIn, BeginAgain, OpenSession, SessionTimes, RefusedSignIn, Contradiction],
  ],
})
export class LoginModule {}
