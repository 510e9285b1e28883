import { Body, Controller, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { HowEnded } from '../endings/ending.js';
import { SessionEndings } from '../endings/session-endings.service.js';
import { AccountRefusalFilter } from './account-refusal.filter.js';
import { AccountRefusal } from './account-refusal.js';
import { type AccountVisit, Visit } from './account-visit.js';
import { AccountGuard } from './account.guard.js';
import { done } from './done.js';
import { Goodbye } from './goodbye.service.js';
import { OwnSessions } from './own-sessions.service.js';

const Form = z.object({ session: z.string() });

/** Lets a person end their own sessions. */
@Controller('account/sessions')
@UseGuards(AccountGuard)
@UseFilters(AccountRefusalFilter)
export class SessionsController {
  constructor(
    private readonly sessions: OwnSessions,
    private readonly endings: SessionEndings,
    private readonly goodbye: Goodbye,
  ) {}

  /** @throws AccountRefusal for a session of somebody else, or none */
  @Post('end')
  async end(
    @Visit() { account, uid }: AccountVisit,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const ended = Form.safeParse(body).data?.session ?? '';
    if (!(await this.sessions.has(account.sub, ended))) throw new AccountRefusal({ kind: 'unknown' });
    await this.endings.end(ended, byPerson(account.sub));
    if (ended === uid) await this.goodbye.say('signed-out', account.sub, request, reply);
    else await done(reply, 'signed-out');
  }

  @Post('end-others')
  async endOthers(@Visit() { account, uid }: AccountVisit, @Res() reply: FastifyReply): Promise<void> {
    await this.endings.endAllOf(account.sub, byPerson(account.sub), uid);
    await done(reply, 'signed-out-others');
  }

  @Post('end-all')
  async endAll(
    @Visit() { account }: AccountVisit,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.endings.endAllOf(account.sub, byPerson(account.sub));
    await this.goodbye.say('signed-out', account.sub, request, reply);
  }
}

function byPerson(sub: string): HowEnded {
  return { cause: 'account_page', actor: sub };
}
