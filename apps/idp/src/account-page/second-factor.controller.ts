import { Body, Controller, Get, Post, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Engine } from '../authorize/engine.js';
import { OUT_OF_DATE } from '../interaction/interaction-pages.service.js';
import { PasswordSignIn } from '../interaction/password-sign-in.service.js';
import { sendTooMany } from '../limits/too-many-page.js';
import { WRONG_FIRST_CODE } from '../mfa/enrolment-steps.js';
import { SecondFactorSignIn } from '../mfa/second-factor-sign-in.service.js';
import { SecondFactor } from '../mfa/second-factor.service.js';
import { sendPage } from '../page/answer.js';
import { ACCOUNT_CLIENT_ID } from './account-client-id.js';
import { AccountRefusalFilter } from './account-refusal.filter.js';
import { type AccountVisit, Visit } from './account-visit.js';
import { AccountGuard } from './account.guard.js';
import { Goodbye } from './goodbye.service.js';
import { codesPage, offPage, onPage, SECOND_FACTOR_PATH, setUpPage } from './second-factor-pages.js';

const Password = z.object({ current: z.string().max(1024).catch('') });
const Change = z.object({ deed: z.enum(['codes', 'remove']) });
const FirstCode = z.object({ code: z.string().max(64).catch(''), enrolment: z.string().max(500).catch('') });

/** A request to one of these pages. */
interface Asked {
  readonly visit: AccountVisit;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Lets a person set up, renew and remove their second factor, who knows their password. */
@Controller('account/second-factor')
@UseGuards(AccountGuard)
@UseFilters(AccountRefusalFilter)
export class SecondFactorController {
  constructor(
    private readonly passwords: PasswordSignIn,
    private readonly factor: SecondFactor,
    private readonly signIn: SecondFactorSignIn,
    private readonly engine: Engine,
    private readonly goodbye: Goodbye,
  ) {}

  @Get()
  async show(@Visit() visit: AccountVisit, @Res() reply: FastifyReply): Promise<void> {
    await sendPage(reply, 200, await this.stateOf(visit));
  }

  @Post('begin')
  async begin(
    @Visit() visit: AccountVisit,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!(await this.proves({ visit, request, reply }, body))) return;
    const begun = this.factor.beginEnrolment(visit.account.sub, placeOf(visit));
    await sendPage(reply, 200, this.setUpPage(visit, begun));
  }

  @Post('finish')
  async finish(
    @Visit() visit: AccountVisit,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { sub } = visit.account;
    const { code, enrolment: sealed } = FirstCode.parse(body);
    const place = placeOf(visit);
    const outcome = await this.factor.finishEnrolment(sub, { place, sealed, code }, contextOf(request));
    const secret = this.factor.pendingSecret(sub, place, sealed);
    if (outcome.kind === 'enrolled') {
      this.signIn.remember(sub, request, reply);
      await sendPage(reply, 200, codesPage(outcome.recoveryCodes, true));
    } else if (outcome.kind === 'wrong_code' && secret !== undefined) {
      await sendPage(reply, 401, this.setUpPage(visit, { secret, sealed }, WRONG_FIRST_CODE));
    } else {
      await sendPage(reply, 403, await this.stateOf(visit, OUT_OF_DATE));
    }
  }

  @Post('change')
  async change(
    @Visit() visit: AccountVisit,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { sub, totpSecret } = visit.account;
    const deed = Change.safeParse(body).data?.deed;
    if (deed === undefined || totpSecret === null) await sendPage(reply, 400, await this.stateOf(visit));
    else if (!(await this.proves({ visit, request, reply }, body))) return;
    else if (deed === 'codes') {
      await sendPage(reply, 200, codesPage(await this.factor.newRecoveryCodes(sub, contextOf(request)), false));
    } else {
      await this.factor.reset(sub, sub, contextOf(request));
      await this.goodbye.say('second-factor-removed', sub, request, reply);
    }
  }

  /** Says whether the form holds the person's password; when it does not, the request has been answered. */
  private async proves({ visit, request, reply }: Asked, body: unknown): Promise<boolean> {
    const typed = { login: visit.account.login, password: Password.parse(body).current, clientId: ACCOUNT_CLIENT_ID };
    const outcome = await this.passwords.attempt(typed, request, reply);
    if (outcome.kind === 'too_many') {
      const { retryAfterS } = outcome;
      await sendTooMany(reply, { what: 'The password', retryAfterS, action: SECOND_FACTOR_PATH });
    }
    if (outcome.kind === 'refused') await sendPage(reply, 401, await this.stateOf(visit, 'The password is wrong.'));
    return outcome.kind === 'accepted';
  }

  private async stateOf({ account, token }: AccountVisit, fault?: string): Promise<string> {
    if (account.totpSecret === null) return offPage({ token, fault });
    return onPage({ token, fault }, await this.factor.recoveryCodesLeft(account.sub));
  }

  private setUpPage(
    { account: { login }, token }: AccountVisit,
    begun: { readonly secret: string; readonly sealed: string },
    fault?: string,
  ): string {
    return setUpPage({ token, fault }, { ...begun, login, issuer: this.engine.provider.issuer });
  }
}

/** Who begins in one session finishes in it: the seal says that the password was given there. */
function placeOf({ uid }: AccountVisit): string {
  return `account page ${uid}`;
}

function contextOf({ ip }: FastifyRequest): { readonly address: string; readonly clientId: string } {
  return { address: ip, clientId: ACCOUNT_CLIENT_ID };
}
