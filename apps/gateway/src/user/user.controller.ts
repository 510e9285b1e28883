import { Controller, Get, Header, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { problem } from '#http';
import { Clock } from '#session';
import { pathAt } from '../front-ends/front-end.js';
import { FrontEnds } from '../front-ends/front-ends.js';
import { assertCsrfHeader } from '../http/csrf.guard.js';
import { SessionReader } from '../http/session-reader.js';
import { SilentAttempts } from '../silent/silent-attempts.js';
import { claimsOfSession } from './claims.js';
import { PersonClaims } from './person-claims.js';

type UserRequest = FastifyRequest<{ Querystring: { slide?: unknown } }>;

/**
 * Who is signed in, as the front end's pages may know it. Asked more than anything else: it takes no guard and no parameter
 * but the request, since each costs a part of the time that the whole answer does.
 */
@Controller('bff')
export class UserController {
  constructor(
    private readonly reader: SessionReader,
    private readonly claims: PersonClaims,
    private readonly frontEnds: FrontEnds,
    private readonly clock: Clock,
    private readonly silent: SilentAttempts,
  ) {}

  /** `?slide=false` looks without keeping the session awake. */
  @Get('user')
  @Header('cache-control', 'no-store')
  @Header('content-type', 'application/json; charset=utf-8')
  async user(@Req() request: UserRequest): Promise<string> {
    assertCsrfHeader(request);
    try {
      return await this.read(request);
    } catch (error) {
      throw await this.silent.explain(request, error);
    }
  }

  private async read(request: UserRequest): Promise<string> {
    const session = await this.reader.require(request, { slide: request.query.slide !== 'false' });
    const ofThePerson = await this.claims.of(session.sso);
    if (ofThePerson === undefined) {
      await this.reader.require(request, { slide: false }); // it ended between the two looks: this one says why
      throw problem(401, 'not-signed-in', 'Nobody is signed in');
    }
    const logoutPath = pathAt(this.frontEnds.of(request), '/bff/logout');
    const ofTheSession = claimsOfSession(session, this.clock.now(), logoutPath);
    return ofThePerson === '' ? `[${ofTheSession}]` : `[${ofThePerson},${ofTheSession}]`;
  }
}
