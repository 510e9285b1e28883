import { Controller, Get, Header, Query, Req, UseGuards } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { problem } from '#http';
import { Clock, SsoSessions } from '#session';
import { CsrfGuard } from '../http/csrf.guard.js';
import { SessionReader } from '../http/session-reader.js';
import { claimsOf, type UserClaim } from './claims.js';

/** Who is signed in, as the front end's pages may know it. */
@Controller('bff')
@UseGuards(CsrfGuard)
export class UserController {
  constructor(
    private readonly reader: SessionReader,
    private readonly sessions: SsoSessions,
    private readonly clock: Clock,
  ) {}

  /** `?slide=false` looks without keeping the session awake. */
  @Get('user')
  @Header('cache-control', 'no-store')
  async user(@Req() request: FastifyRequest, @Query('slide') slide: unknown): Promise<readonly UserClaim[]> {
    const session = await this.reader.require(request, { slide: slide !== 'false' });
    const tokens = await this.sessions.tokensOf(session.sso.sid);
    if (tokens === undefined) {
      await this.reader.require(request, { slide: false }); // it ended between the two looks: this one says why
      throw problem(401, 'not-signed-in', 'Nobody is signed in');
    }
    return claimsOf(tokens.idToken, session, this.clock.now());
  }
}
