import { Body, Controller, Get, Post, Query, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { leadTo, sendPage } from '../page/answer.js';
import { ACCOUNT_PATH } from './account-client.js';
import { AccountRefusalFilter } from './account-refusal.filter.js';
import { AccountRefusal } from './account-refusal.js';
import { type AccountVisit, Visit } from './account-visit.js';
import { AccountGuard } from './account.guard.js';
import { AppAccesses } from './app-accesses.service.js';
import { AutomaticSignIn } from './automatic-sign-in.service.js';
import { noticeOf } from './notices.js';
import { overviewPage } from './overview-page.js';
import { OwnSessions } from './own-sessions.service.js';
import { done } from './done.js';

/** What comes back from the sign-in, or from a form. */
const Asked = z.object({
  state: z.string().optional().catch(''),
  error: z.string().optional().catch(''),
  done: z.string().optional().catch(undefined),
});
const Form = z.object({ wanted: z.enum(['on', 'off']) });

/** Pages that the sign-in may lead back to. */
const PLACES: readonly (string | undefined)[] = ['password', 'second-factor'];

/** Shows the account page and turns automatic sign-in on and off. */
@Controller('account')
@UseGuards(AccountGuard)
@UseFilters(AccountRefusalFilter)
export class OverviewController {
  constructor(
    private readonly sessions: OwnSessions,
    private readonly apps: AppAccesses,
    private readonly automatic: AutomaticSignIn,
  ) {}

  @Get()
  async show(@Visit() visit: AccountVisit, @Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const asked = Asked.parse(query);
    if (asked.state !== undefined || asked.error !== undefined) {
      const place = PLACES.includes(asked.state) ? `${ACCOUNT_PATH}/${asked.state ?? ''}` : ACCOUNT_PATH;
      await leadTo(reply, place);
      return;
    }
    const { account, uid, token } = visit;
    const [sessions, apps] = await Promise.all([this.sessions.of(account.sub), this.apps.of(account.sub)]);
    const text = overviewPage({ account, uid, token, sessions, apps, notice: noticeOf(asked.done) });
    await sendPage(reply, 200, text);
  }

  /** @throws AccountRefusal for a form that says neither */
  @Post('automatic')
  async setAutomatic(@Visit() visit: AccountVisit, @Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    const wanted = Form.safeParse(body).data?.wanted;
    if (wanted === undefined) throw new AccountRefusal({ kind: 'forged' });
    await this.automatic.set(visit.account.sub, wanted === 'on');
    await done(reply, `automatic-${wanted}`);
  }
}
