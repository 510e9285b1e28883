import { Body, Controller, Get, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors, type InteractionResults } from 'oidc-provider';
import { z } from 'zod';
import { Accounts } from '../account/accounts.service.js';
import { Engine } from '../authorize/engine.js';
import type { Account } from '../generated/client.js';
import { WRONG_FIRST_CODE } from './enrolment-steps.js';
import { recoveryCodesPage } from './recovery-codes-page.js';
import { SecondFactorSignIn } from './second-factor-sign-in.service.js';
import { SecondFactor } from './second-factor.service.js';
import { sendPage } from '../page/answer.js';
import { InteractionErrorFilter } from '../interaction/interaction-error.filter.js';
import { InteractionPages, type OpenInteraction, OUT_OF_DATE } from '../interaction/interaction-pages.service.js';
import { codePage, enrolmentPage, recoveryPage } from './mfa-pages.js';
import { MFA_ACR, MFA_AMR } from './mfa-prompt.js';
import { sendTooMany } from '../limits/too-many-page.js';

const Form = z
  .object({
    code: z.string().max(64).catch(''),
    /** the sealed secret of an authenticator app that is being set up */
    enrolment: z.string().max(500).catch(''),
  })
  .catch({ code: '', enrolment: '' });
const ClientId = z.string();

/** A question for a second factor, and whose. */
interface Asked {
  readonly interaction: OpenInteraction;
  readonly person: Account;
  /** when the person signed in, in seconds */
  readonly signedInAt: number | undefined;
}

/** Asks for the second factor, or has one set up. */
@Controller('interaction/:uid/mfa')
@UseFilters(InteractionErrorFilter)
export class MfaController {
  constructor(
    private readonly pages: InteractionPages,
    private readonly engine: Engine,
    private readonly accounts: Accounts,
    private readonly factor: SecondFactor,
    private readonly signIn: SecondFactorSignIn,
  ) {}

  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const asked = await this.find(request, reply);
    await sendPage(reply, 200, await this.question(asked));
  }

  @Get('recovery')
  async showRecovery(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const asked = await this.find(request, reply);
    await sendPage(reply, 200, await this.question(asked, { recovery: true }));
  }

  @Post()
  async submit(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const asked = await this.find(request, reply);
    if (asked.person.totpSecret === null) await this.enrol(asked, body, request, reply);
    else await this.take(asked, body, { recovery: false, request, reply });
  }

  @Post('recovery')
  async submitRecovery(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const asked = await this.find(request, reply);
    await this.take(asked, body, { recovery: true, request, reply });
  }

  private async take(
    asked: Asked,
    body: unknown,
    {
      recovery,
      request,
      reply,
    }: { readonly recovery: boolean; readonly request: FastifyRequest; readonly reply: FastifyReply },
  ): Promise<void> {
    const { interaction, person } = asked;
    if (!this.pages.isOurs(body, interaction)) {
      await sendPage(reply, 403, await this.question(asked, { recovery, fault: OUT_OF_DATE }));
      return;
    }
    const { code } = Form.parse(body);
    const clientId = ClientId.parse(interaction.params.client_id);
    const outcome = await this.signIn.attempt({ sub: person.sub, code, clientId }, request, reply);
    if (outcome.kind === 'accepted') {
      await this.pages.answer(request, reply, passed(asked));
    } else if (outcome.kind === 'refused') {
      const fault = 'The code is wrong, or was used before.';
      await sendPage(reply, 401, await this.question(asked, { recovery, fault }));
    } else {
      const { action } = await this.pages.frame(interaction);
      await sendTooMany(reply, { what: 'The code', retryAfterS: outcome.retryAfterS, action });
    }
  }

  /** @throws errors.SessionNotFound when the person did not sign in on the way to this page */
  private async enrol(asked: Asked, body: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { interaction, person } = asked;
    const { code, enrolment: sealed } = Form.parse(body);
    if (!this.pages.isOurs(body, interaction)) {
      await sendPage(reply, 403, await this.question(asked, { sealed, fault: OUT_OF_DATE }));
      return;
    }
    provesPassword(asked);
    const context = { address: request.ip, clientId: ClientId.parse(interaction.params.client_id) };
    const outcome = await this.factor.finishEnrolment(person.sub, { place: interaction.uid, sealed, code }, context);
    if (outcome.kind === 'enrolled') {
      this.signIn.remember(person.sub, request, reply);
      const goOnTo = await this.pages.note(request, reply, passed(asked));
      await sendPage(reply, 200, recoveryCodesPage({ codes: outcome.recoveryCodes, goOnTo, label: 'Go on' }));
    } else {
      const wrong = outcome.kind === 'wrong_code';
      const now = wrong ? asked : await this.find(request, reply); // it may have been set up elsewhere by now
      const fault = wrong ? WRONG_FIRST_CODE : OUT_OF_DATE;
      await sendPage(reply, wrong ? 401 : 403, await this.question(now, { sealed, fault }));
    }
  }

  /** Gives the page that the person must see: for a code, or to set an authenticator app up first. */
  private async question(
    { interaction, person }: Asked,
    shown: { readonly recovery?: boolean; readonly sealed?: string; readonly fault?: string } = {},
  ): Promise<string> {
    const form = { ...(await this.pages.frame(interaction)), fault: shown.fault };
    if (person.totpSecret !== null) return shown.recovery === true ? recoveryPage(form) : codePage(form);
    const { sub, login } = person;
    const pending = this.pendingApp(sub, interaction.uid, shown.sealed);
    return enrolmentPage(form, { ...pending, login, issuer: this.engine.provider.issuer });
  }

  /** After a wrong code the same secret is shown: the app knows it already. */
  private pendingApp(
    sub: string,
    place: string,
    sealed: string | undefined,
  ): { readonly secret: string; readonly sealed: string } {
    const secret = sealed === undefined ? undefined : this.factor.pendingSecret(sub, place, sealed);
    if (sealed === undefined || secret === undefined) return this.factor.beginEnrolment(sub, place);
    return { secret, sealed };
  }

  /** @throws errors.SessionNotFound when the browser is not at this question, or its session has ended */
  private async find(request: FastifyRequest, reply: FastifyReply): Promise<Asked> {
    const interaction = await this.pages.find('mfa', request, reply);
    const { sub, at } = await this.pages.signedIn(interaction);
    const person = await this.accounts.find(sub);
    if (person === undefined) throw new errors.SessionNotFound('the account is gone');
    const asked = { interaction, person, signedInAt: at };
    if (person.totpSecret === null) provesPassword(asked);
    return asked;
  }
}

/** Whoever sets a second factor up must have given the password on the way here: a session left open is not enough. */
function provesPassword({ interaction, person }: Asked): void {
  if (interaction.lastSubmission?.login?.accountId === person.sub) return;
  throw new errors.SessionNotFound('no password was given');
}

/** What the engine is told: the time of the sign-in stays the password's. */
function passed({ person, signedInAt }: Asked): InteractionResults {
  const ts = signedInAt === undefined ? {} : { ts: signedInAt };
  return {
    login: { accountId: person.sub, amr: ['pwd', 'otp', MFA_AMR], acr: MFA_ACR, ...ts },
    mfa: {},
  };
}
