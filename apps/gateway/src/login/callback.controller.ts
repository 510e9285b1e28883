import { Controller, Delete, Get, Head, Patch, Post, Put, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem } from '#http';
import { CallbackGuard } from './callback.guard.js';
import { FinishSignIn } from './finish-sign-in.js';
import type { SignInResult } from './sign-in.js';

/** The one redirect URI of all flows. */
@Controller('bff')
export class CallbackController {
  constructor(private readonly finish: FinishSignIn) {}

  /** Not GET in disguise: whoever only looks at an address, as some mail scanners do, must not use the answer up. Stands before GET: Fastify makes a HEAD of its own else. */
  @Head('callback')
  head(@Res() reply: FastifyReply): never {
    return refuseMethod(reply);
  }

  @Get('callback')
  @UseGuards(CallbackGuard)
  async callback(
    @Req() request: FastifyRequest & { readonly user: SignInResult },
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.finish.run(request.user, request, reply);
  }

  @Post('callback')
  post(@Res() reply: FastifyReply): never {
    return refuseMethod(reply);
  }

  @Put('callback')
  put(@Res() reply: FastifyReply): never {
    return refuseMethod(reply);
  }

  @Patch('callback')
  patch(@Res() reply: FastifyReply): never {
    return refuseMethod(reply);
  }

  @Delete('callback')
  delete(@Res() reply: FastifyReply): never {
    return refuseMethod(reply);
  }
}

function refuseMethod(reply: FastifyReply): never {
  void reply.header('allow', 'GET');
  throw problem(405, 'method-not-allowed', 'The IdP answers here by redirect, with GET');
}
