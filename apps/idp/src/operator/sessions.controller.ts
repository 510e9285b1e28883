import { Controller, Delete, Get, Param, Query, UseGuards } from '@nestjs/common';
import { problem } from '#http';
import { z } from 'zod';
import { Accounts } from '../account/accounts.service.js';
import { SessionEndings } from '../endings/session-endings.service.js';
import { LogoutQueue } from '../logout/logout-queue.service.js';
import { IdpSessions, type SessionView } from '../sessions/idp-sessions.service.js';
import { isStorable } from '../storable-text.js';
import { BearerGuard } from './bearer.guard.js';
import { type AllEndedView, byOperator, type EndedView, pushParameter, toldOfAll, toldOfOne } from './end-sessions.js';
import { type Exchange, Http, Operator, type OperatorBy } from './operator.decorator.js';
import { pageOf } from './page-of.js';
import { paging, readQuery, text } from './read-request.js';

const List = z.strictObject({ ...paging, login: text.optional(), sub: text.optional(), clientId: text.optional() });
const End = z.strictObject(pushParameter);
const EndAll = z.strictObject({ ...pushParameter, confirm: z.literal('all', 'must be all') });
const isSessionId = (id: string) => /^[\w-]{1,64}$/.test(id);

/** The sessions of everybody. */
@Controller('admin/sessions')
@UseGuards(BearerGuard)
export class SessionsController {
  constructor(
    private readonly sessions: IdpSessions,
    private readonly accounts: Accounts,
    private readonly endings: SessionEndings,
    private readonly queue: LogoutQueue,
  ) {}

  /** Gives living sessions: of a login, of a sub, of a client, or all. */
  @Get()
  async list(@Query() query: unknown, @Http() http: Exchange): Promise<readonly SessionView[]> {
    const { limit, login, ...filter } = readQuery(List, query);
    const ofLogin = login === undefined ? undefined : await this.accounts.findByLogin(login);
    const sub = filter.sub ?? ofLogin?.sub;
    const nobody = login !== undefined && (ofLogin === undefined || ofLogin.sub !== sub);
    if (nobody || Object.values(filter).some((value) => value !== undefined && !isStorable(value))) return [];
    const rows = await this.sessions.list({ ...filter, sub, limit: limit + 1 });
    return pageOf(http, rows, limit, ({ id }) => id);
  }

  @Get(':id')
  async one(@Param('id') id: string): Promise<SessionView> {
    const session = isSessionId(id) ? await this.sessions.find(id) : undefined;
    if (session === undefined) throw problem(404, 'session-unknown', 'There is no such session');
    return session;
  }

  /** Ends one session. */
  @Delete(':id')
  async end(@Param('id') id: string, @Query() query: unknown, @Operator() by: OperatorBy): Promise<EndedView> {
    const { push } = readQuery(End, query);
    return toldOfOne(this.queue, isSessionId(id) ? await this.endings.end(id, byOperator(by, push)) : undefined);
  }

  /** Ends every session of everybody. */
  @Delete()
  async endAll(@Query() query: unknown, @Operator() by: OperatorBy): Promise<AllEndedView> {
    const { push } = readQuery(EndAll, query);
    return toldOfAll(this.queue, await this.endings.endAll(byOperator(by, push)));
  }
}
