import { Body, Controller, Get, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Accounts } from '../account/accounts.service.js';
import { sendPage } from '../page/answer.js';
import { InteractionErrorFilter } from './interaction-error.filter.js';
import { InteractionPages, type OpenInteraction, OUT_OF_DATE } from './interaction-pages.service.js';
import { selectAccountPage } from './select-account-page.js';

const Form = z.object({ choice: z.enum(['continue', 'another']) });

/** Asks whose account is meant. */
@Controller('interaction/:uid/select-account')
@UseFilters(InteractionErrorFilter)
export class SelectAccountController {
  constructor(
    private readonly pages: InteractionPages,
    private readonly accounts: Accounts,
  ) {}

  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const interaction = await this.pages.find('select_account', request, reply);
    await sendPage(reply, 200, await this.text(interaction));
  }

  @Post()
  async submit(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const interaction = await this.pages.find('select_account', request, reply);
    const form = Form.safeParse(body).data;
    if (form === undefined || !this.pages.isOurs(body, interaction)) {
      await sendPage(reply, 403, await this.text(interaction, OUT_OF_DATE));
      return;
    }
    if (form.choice === 'continue') await this.pages.answer(request, reply, { select_account: {} });
    else await this.pages.answerAnew(request, reply, { another_account: {} }); // the policy then asks to sign in
  }

  private async text(interaction: OpenInteraction, fault?: string): Promise<string> {
    const person = await this.accounts.find(interaction.session?.accountId ?? '');
    const frame = await this.pages.frame(interaction);
    return selectAccountPage({
      ...frame,
      personName: person?.name ?? 'this person',
      personLogin: person?.login ?? '',
      fault,
    });
  }
}
