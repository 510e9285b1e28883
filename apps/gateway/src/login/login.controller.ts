import { Controller, Get, UseGuards } from '@nestjs/common';
import { LoginGuard } from './login.guard.js';

/** The ways to the IdP. Both end in a redirect that {@link LoginGuard} sends. */
@Controller('bff')
@UseGuards(LoginGuard)
export class LoginController {
  /** Top level: `?returnUrl=/somewhere`, and `&prompt=none` for the silent one. */
  @Get('login')
  login(): never {
    throw new Error('LoginGuard redirects');
  }

  /** In a hidden iframe: `?rid=` comes back in the message. */
  @Get('silent-login')
  silentLogin(): never {
    throw new Error('LoginGuard redirects');
  }
}
