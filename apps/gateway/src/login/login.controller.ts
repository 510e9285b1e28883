import { Controller, Get, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SignInLimitGuard } from '../limits/sign-in-limit.guard.js';
import { BeginSignIn } from './begin-sign-in.js';
import { FrameFaultFilter } from './frame-fault.filter.js';

/** The ways to the IdP. */
@Controller('bff')
@UseGuards(SignInLimitGuard)
export class LoginController {
  constructor(private readonly begin: BeginSignIn) {}

  /** Top level: `?returnUrl=/somewhere`, and `&prompt=none` for the silent one. */
  @Get('login')
  async login(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.begin.run('login', request, reply);
  }

  /** In a hidden iframe: `?rid=` comes back in the message. */
  @Get('silent-login')
  @UseFilters(FrameFaultFilter)
  async silentLogin(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.begin.run('silent-login', request, reply);
  }
}
