import { Controller, Get, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallbackGuard } from './callback.guard.js';
import { FinishSignIn } from './finish-sign-in.js';
import type { SignInResult } from './sign-in.js';

/** The one redirect URI of all flows. */
@Controller('bff')
export class CallbackController {
  constructor(private readonly finish: FinishSignIn) {}

  @Get('callback')
  @UseGuards(CallbackGuard)
  async callback(
    @Req() request: FastifyRequest & { readonly user: SignInResult },
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.finish.run(request.user, request, reply);
  }
}
