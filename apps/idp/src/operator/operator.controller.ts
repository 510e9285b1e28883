import { Controller, Delete, Get, Header, Param, Query, UseGuards } from '@nestjs/common';
import { problem } from '#http';
import { SessionEndings } from '../endings/session-endings.service.js';
import { IdpSessions, type SessionView } from '../sessions/idp-sessions.service.js';
import { BearerGuard } from './bearer.guard.js';

/** What an operator can see and do. */
@Controller('admin/sessions')
@UseGuards(BearerGuard)
export class OperatorController {
  constructor(
    private readonly sessions: IdpSessions,
    private readonly endings: SessionEndings,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  async ofLogin(@Query('login') login: unknown): Promise<readonly SessionView[]> {
    if (typeof login !== 'string' || login === '') {
      throw problem(400, 'invalid-parameter', 'login must stand once and name a person');
    }
    return this.sessions.ofLogin(login);
  }

  @Delete(':id')
  @Header('cache-control', 'no-store')
  async end(
    @Param('id') id: string,
    @Query('push') push: unknown,
  ): Promise<{ readonly ended: true; readonly clients: readonly string[] }> {
    if (push !== undefined && push !== 'none') {
      throw problem(400, 'invalid-parameter', 'push can only be none, or be left out');
    }
    const how = { cause: 'operator', actor: 'operator', push: push === undefined } as const;
    const ended = /^[\w-]{1,64}$/.test(id) ? await this.endings.end(id, how) : undefined;
    if (ended === undefined) throw problem(404, 'session-unknown', 'There is no such session');
    return { ended: true, clients: ended.clientIds };
  }
}
