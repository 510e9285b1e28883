import { Body, Controller, Get, Logger, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Accounts } from '../account/accounts.service.js';
import { sendPage } from '../page/answer.js';
import { InteractionErrorFilter } from '../interaction/interaction-error.filter.js';
import { InteractionPages, type OpenInteraction, OUT_OF_DATE } from '../interaction/interaction-pages.service.js';
import { Access } from './access.js';
import { consentPage } from './consent-page.js';
import { Consents } from './consents.service.js';
import { ScopeWords } from './scope-words.js';

const Form = z.object({ decision: z.enum(['allow', 'deny']) });
const Asked = z.object({ access: Access });
const Params = z.object({ client_id: z.string(), redirect_uri: z.url() });

/** Asks whether an app may have what it asks for. */
@Controller('interaction/:uid/consent')
@UseFilters(InteractionErrorFilter)
export class ConsentController {
  private readonly logger = new Logger('consent');

  constructor(
    private readonly pages: InteractionPages,
    private readonly accounts: Accounts,
    private readonly consents: Consents,
    private readonly words: ScopeWords,
  ) {}

  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const interaction = await this.pages.find('consent', request, reply);
    await sendPage(reply, 200, await this.text(interaction));
  }

  @Post()
  async submit(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const interaction = await this.pages.find('consent', request, reply);
    const form = Form.safeParse(body).data;
    if (form === undefined || !this.pages.isOurs(body, interaction)) {
      await sendPage(reply, 403, await this.text(interaction, OUT_OF_DATE));
      return;
    }
    if (form.decision === 'deny') {
      await this.pages.answer(request, reply, {
        error: 'access_denied',
        error_description: 'the person did not allow it',
      });
      return;
    }
    await this.allow(interaction);
    await this.pages.answer(request, reply, { consent: {} });
  }

  /** Remembers exactly what the page has shown. The policy makes the grant of it, when the browser is back there. */
  private async allow(interaction: OpenInteraction): Promise<void> {
    const { sub } = await this.pages.signedIn(interaction);
    const { client_id: clientId } = Params.parse(interaction.params);
    await this.consents.grant(sub, clientId, Asked.parse(interaction.prompt.details).access);
    this.logger.log(`consent.granted sub=${sub} client=${clientId}`);
  }

  private async text(interaction: OpenInteraction, fault?: string): Promise<string> {
    const person = await this.accounts.find(interaction.session?.accountId ?? '');
    const frame = await this.pages.frame(interaction);
    return consentPage({
      ...frame,
      lines: this.words.describe(Asked.parse(interaction.prompt.details).access),
      personName: person?.name ?? 'this person',
      host: placeOf(Params.parse(interaction.params).redirect_uri),
      fault,
    });
  }
}

/** An installed app has a scheme of its own in place of a host. */
function placeOf(redirectUri: string): string {
  const { host, protocol } = new URL(redirectUri);
  return host === '' ? protocol.slice(0, -1) : host;
}
