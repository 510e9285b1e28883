import { Body, Controller, Post, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { AccountRefusalFilter } from './account-refusal.filter.js';
import { AccountRefusal } from './account-refusal.js';
import { type AccountVisit, Visit } from './account-visit.js';
import { AccountGuard } from './account.guard.js';
import { AppAccesses } from './app-accesses.service.js';
import { done } from './done.js';

const Form = z.object({ client: z.string() });

/** Lets a person take back what apps may have. */
@Controller('account/apps')
@UseGuards(AccountGuard)
@UseFilters(AccountRefusalFilter)
export class AppsController {
  constructor(private readonly apps: AppAccesses) {}

  /** @throws AccountRefusal for an app that has nothing of this person's */
  @Post('withdraw')
  async withdraw(@Visit() { account }: AccountVisit, @Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    const client = Form.safeParse(body).data?.client ?? '';
    if (!(await this.apps.withdraw(account.sub, client))) throw new AccountRefusal({ kind: 'unknown' });
    await done(reply, 'withdrawn');
  }
}
