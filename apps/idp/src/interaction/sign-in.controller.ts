import { Body, Controller, Get, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Accounts } from '../account/accounts.service.js';
import { sendPage } from '../page/answer.js';
import { InteractionErrorFilter } from './interaction-error.filter.js';
import { passwordMark } from './fresh-sign-in.js';
import { InteractionPages, type OpenInteraction, OUT_OF_DATE } from './interaction-pages.service.js';
import { PasswordSignIn } from './password-sign-in.service.js';
import { signInPage } from './sign-in-page.js';
import { signInResult } from './sign-in-result.js';
import { sendTooMany } from '../limits/too-many-page.js';

const Form = z
  .object({ login: z.string().max(200).catch(''), password: z.string().max(1024).catch('') })
  .catch({ login: '', password: '' });
const ClientId = z.string();
const LoginHint = z.string().min(1).max(200).optional().catch(undefined);

/** Reasons to sign in that mean somebody else than who is signed in. */
const MEANS_ANOTHER = ['another_account', 'id_token_hint', 'claims_id_token_sub_value', 'account_gone'];

/** Shows the sign-in page and takes its form. */
@Controller('interaction/:uid')
@UseFilters(InteractionErrorFilter)
export class SignInController {
  constructor(
    private readonly pages: InteractionPages,
    private readonly accounts: Accounts,
    private readonly passwords: PasswordSignIn,
  ) {}

  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const interaction = await this.pages.find('login', request, reply);
    const login = LoginHint.parse(interaction.params.login_hint) ?? (await this.expectedLogin(interaction));
    await this.send(reply, 200, { interaction, login });
  }

  @Post()
  async submit(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const interaction = await this.pages.find('login', request, reply);
    const { login, password } = Form.parse(body);
    if (!this.pages.isOurs(body, interaction)) {
      await this.send(reply, 403, { interaction, login, fault: OUT_OF_DATE });
      return;
    }
    const clientId = ClientId.parse(interaction.params.client_id);
    const outcome = await this.passwords.attempt({ login, password, clientId }, request, reply);
    if (outcome.kind === 'too_many') {
      const { action } = await this.pages.frame(interaction);
      await sendTooMany(reply, { what: 'The name or the password', retryAfterS: outcome.retryAfterS, action });
      return;
    }
    if (outcome.kind === 'refused') {
      await this.send(reply, 401, { interaction, login, fault: 'The name or the password is wrong.' });
      return;
    }
    const result = signInResult(outcome.account.sub, interaction.session, this.pages.clock.now());
    await this.pages.answerAnew(request, reply, { ...result, password_mark: passwordMark(outcome.account) });
  }

  /** Gives the name of who is signed in, when it is they who must sign in again. */
  private async expectedLogin({ session, prompt }: OpenInteraction): Promise<string> {
    if (session?.accountId === undefined || prompt.reasons.some((reason) => MEANS_ANOTHER.includes(reason))) return '';
    return (await this.accounts.find(session.accountId))?.login ?? '';
  }

  private async send(
    reply: FastifyReply,
    status: number,
    shown: { readonly interaction: OpenInteraction; readonly login: string; readonly fault?: string },
  ): Promise<void> {
    const frame = await this.pages.frame(shown.interaction);
    await sendPage(reply, status, signInPage({ ...frame, login: shown.login, fault: shown.fault }));
  }
}
