import { Body, Controller, Get, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import { z } from 'zod';
import { Accounts } from '../account/accounts.service.js';
import { PASSWORD_FAULTS } from '../account/password-rules.js';
import { sendPage } from '../page/answer.js';
import { InteractionErrorFilter } from './interaction-error.filter.js';
import { InteractionPages, type OpenInteraction, OUT_OF_DATE } from './interaction-pages.service.js';
import { passwordPage } from './password-page.js';

const Form = z.object({ password: z.string().catch(''), again: z.string().catch('') });

/** Has an expired password changed by whoever has just proven to know it. */
@Controller('interaction/:uid/password')
@UseFilters(InteractionErrorFilter)
export class PasswordController {
  constructor(
    private readonly pages: InteractionPages,
    private readonly accounts: Accounts,
  ) {}

  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const interaction = await this.pages.find('password', request, reply);
    await sendPage(reply, 200, await this.text(interaction));
  }

  @Post()
  async submit(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const interaction = await this.pages.find('password', request, reply);
    if (!this.pages.isOurs(body, interaction)) {
      await sendPage(reply, 403, await this.text(interaction, OUT_OF_DATE));
      return;
    }
    const fault = await this.change(interaction, Form.parse(body), request.ip);
    if (fault === undefined) await this.pages.answer(request, reply, { password: {} });
    else await sendPage(reply, 400, await this.text(interaction, fault));
  }

  /**
   * Changes the password. Every other session of the person ends; this one goes on, since its password was just given.
   *
   * @throws errors.SessionNotFound when the person did not sign in on the way to this page
   */
  private async change(
    interaction: OpenInteraction,
    { password, again }: z.infer<typeof Form>,
    address: string,
  ): Promise<string | undefined> {
    const { sub } = await this.pages.signedIn(interaction);
    if (interaction.lastSubmission?.login?.accountId !== sub) throw new errors.SessionNotFound('no password was given');
    if (password !== again) return 'The two passwords are not the same.';
    const change = { exceptUid: interaction.session?.uid, address, reason: 'expired' } as const;
    const fault = await this.accounts.changePassword(sub, password, change);
    return fault && PASSWORD_FAULTS[fault];
  }

  private async text(interaction: OpenInteraction, fault?: string): Promise<string> {
    const person = await this.accounts.find(interaction.session?.accountId ?? '');
    return passwordPage({ ...(await this.pages.frame(interaction)), login: person?.login ?? '', fault });
  }
}
