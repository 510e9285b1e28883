import { Body, Controller, Get, Logger, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import { z } from 'zod';
import { Accounts } from '../account/accounts.service.js';
import { Engine } from '../authorize/engine.js';
import { PAGE_HEADERS } from '../page/page.js';
import { FormSecret, formToken, isFormToken } from './form-token.js';
import { InteractionErrorFilter } from './interaction-error.filter.js';
import { signInPage } from './sign-in-page.js';

const Form = z.object({
  token: z.string().catch(''),
  login: z.string().max(200).catch(''),
  password: z.string().max(1024).catch(''),
});
const LoginHint = z.string().max(200).catch('');

/** Shows the sign-in page and takes its form. */
@Controller('interaction')
@UseFilters(InteractionErrorFilter)
export class SignInController {
  private readonly logger = new Logger('sign-in');

  constructor(
    private readonly engine: Engine,
    private readonly accounts: Accounts,
    private readonly secret: FormSecret,
  ) {}

  @Get(':uid')
  async show(@Param('uid') uid: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { params } = await this.interaction(uid, request, reply);
    await this.send(reply, 200, { uid, params, login: LoginHint.parse(params.login_hint) });
  }

  @Post(':uid')
  async submit(
    @Param('uid') uid: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { params } = await this.interaction(uid, request, reply);
    const { token, login, password } = Form.parse(body ?? {});
    if (!isFormToken(token, this.secret.value, uid)) {
      await this.send(reply, 403, { uid, params, login, fault: 'The page was out of date. Please try again.' });
      return;
    }
    const account = await this.accounts.authenticate(login, password);
    if (account === undefined) {
      this.logger.log('sign-in.refused reason=wrong-name-or-password'); // not the name: people type passwords there
      await this.send(reply, 401, { uid, params, login, fault: 'The name or the password is wrong.' });
      return;
    }
    this.logger.log(`sign-in.accepted sub=${account.sub}`);
    const result = { login: { accountId: account.sub, amr: ['pwd'] } };
    const returnTo = await this.engine.provider.interactionResult(request.raw, reply.raw, result, {
      mergeWithLastSubmission: false,
    });
    await reply.header('cache-control', 'no-store').redirect(returnTo, 303);
  }

  /** @throws errors.SessionNotFound when the browser does not hold this interaction */
  private async interaction(uid: string, request: FastifyRequest, reply: FastifyReply) {
    const details = await this.engine.provider.interactionDetails(request.raw, reply.raw);
    if (details.uid !== uid) throw new errors.SessionNotFound('the interaction is not the one of the address');
    return details;
  }

  private async send(
    reply: FastifyReply,
    status: number,
    shown: {
      readonly uid: string;
      readonly params: Readonly<Record<string, unknown>>;
      readonly login: string;
      readonly fault?: string;
    },
  ): Promise<void> {
    const clientId = z.string().parse(shown.params.client_id);
    const client = await this.engine.provider.Client.find(clientId);
    const text = signInPage({
      action: `/interaction/${encodeURIComponent(shown.uid)}`,
      token: formToken(this.secret.value, shown.uid),
      clientName: client?.clientName ?? clientId,
      login: shown.login,
      ...(shown.fault === undefined ? {} : { fault: shown.fault }),
    });
    await reply.status(status).headers(PAGE_HEADERS).send(text);
  }
}
