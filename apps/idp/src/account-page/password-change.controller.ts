import { Body, Controller, Get, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Accounts } from '../account/accounts.service.js';
import { PASSWORD_FAULTS } from '../account/password-rules.js';
import { PasswordSignIn } from '../interaction/password-sign-in.service.js';
import { sendTooMany } from '../limits/too-many-page.js';
import { sendPage } from '../page/answer.js';
import { ACCOUNT_CLIENT_ID } from './account-client-id.js';
import { ACCOUNT_PATH } from './account-client.js';
import { AccountRefusalFilter } from './account-refusal.filter.js';
import { type AccountVisit, Visit } from './account-visit.js';
import { AccountGuard } from './account.guard.js';
import { Goodbye } from './goodbye.service.js';
import { passwordChangePage, type PasswordChangeForm } from './password-change-page.js';

const Form = z.object({
  current: z.string().max(1024).catch(''),
  password: z.string().catch(''),
  again: z.string().catch(''),
});

/** Lets a person change their password, who knows the current one. */
@Controller('account/password')
@UseGuards(AccountGuard)
@UseFilters(AccountRefusalFilter)
export class PasswordChangeController {
  constructor(
    private readonly passwords: PasswordSignIn,
    private readonly accounts: Accounts,
    private readonly goodbye: Goodbye,
  ) {}

  @Get()
  async show(@Visit() visit: AccountVisit, @Res() reply: FastifyReply): Promise<void> {
    await this.send(reply, 200, visit);
  }

  @Post()
  async change(
    @Visit() visit: AccountVisit,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { sub, login } = visit.account;
    const { current, password, again } = Form.parse(body);
    if (password !== again) {
      await this.send(reply, 400, visit, { text: 'The two new passwords are not the same.', of: 'password' });
      return;
    }
    const typed = { login, password: current, clientId: ACCOUNT_CLIENT_ID };
    const outcome = await this.passwords.attempt(typed, request, reply);
    if (outcome.kind === 'too_many') {
      const action = `${ACCOUNT_PATH}/password`;
      await sendTooMany(reply, { what: 'The password', retryAfterS: outcome.retryAfterS, action });
      return;
    }
    if (outcome.kind === 'refused') {
      await this.send(reply, 401, visit, { text: 'The current password is wrong.', of: 'current' });
      return;
    }
    const fault = await this.accounts.changePassword(sub, password, { address: request.ip });
    if (fault !== undefined) {
      await this.send(reply, 400, visit, { text: PASSWORD_FAULTS[fault], of: 'password' });
      return;
    }
    await this.goodbye.say('password-changed', sub, request, reply);
  }

  private async send(
    reply: FastifyReply,
    status: number,
    { token, account: { login } }: AccountVisit,
    fault?: PasswordChangeForm['fault'],
  ): Promise<void> {
    await sendPage(reply, status, passwordChangePage({ token, login, fault }));
  }
}
