import { Controller, Delete, Get, Param, Query, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { Accounts } from '../account/accounts.service.js';
import { SessionEndings } from '../endings/session-endings.service.js';
import { LogoutQueue } from '../logout/logout-queue.service.js';
import { IdpSessions, type SessionView } from '../sessions/idp-sessions.service.js';
import { BearerGuard } from './bearer.guard.js';
import { type AllEndedView, byOperator, pushParameter, toldOfAll } from './end-sessions.js';
import { type Exchange, Http, Operator, type OperatorBy } from './operator.decorator.js';
import { pageOf } from './page-of.js';
import { personUnknown } from './person-problems.js';
import { paging, readQuery } from './read-request.js';

const List = z.strictObject(paging);
const End = z.strictObject(pushParameter);

/** The sessions of one person. */
@Controller('admin/people/:sub/sessions')
@UseGuards(BearerGuard)
export class PersonSessionsController {
  constructor(
    private readonly sessions: IdpSessions,
    private readonly accounts: Accounts,
    private readonly endings: SessionEndings,
    private readonly queue: LogoutQueue,
  ) {}

  @Get()
  async list(
    @Param('sub') sub: string,
    @Query() query: unknown,
    @Http() http: Exchange,
  ): Promise<readonly SessionView[]> {
    const { limit, after } = readQuery(List, query);
    if ((await this.accounts.find(sub)) === undefined) throw personUnknown();
    return pageOf(http, await this.sessions.list({ sub, after, limit: limit + 1 }), limit, ({ id }) => id);
  }

  /** Ends every session of the person. What was granted for offline use stays, as after a sign-out. */
  @Delete()
  async end(@Param('sub') sub: string, @Query() query: unknown, @Operator() by: OperatorBy): Promise<AllEndedView> {
    const { push } = readQuery(End, query);
    if ((await this.accounts.find(sub)) === undefined) throw personUnknown();
    return toldOfAll(this.queue, await this.endings.endAllOf(sub, byOperator(by, push)));
  }
}
