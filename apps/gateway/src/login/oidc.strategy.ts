import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import OpenIDConnectStrategy from 'passport-openidconnect';
import { Clock, LoginTransactions } from '#session';
import type { FrontEnd } from '../front-ends/front-end.js';
import { openTransaction } from './open-transaction.js';
import { judgeAnswer } from './judge-answer.js';
import type { SignInRequest, SignInResult } from './sign-in.js';

/** What a guard asks of the strategy. */
export type StrategyOptions = { readonly frontEnd: FrontEnd; readonly browser: string } & (
  { readonly action: 'begin'; readonly request: SignInRequest } | { readonly action: 'finish'; readonly query: string }
);

/**
 * Signs people in at the IdP: authorization code with PKCE, state bound to the browser, every answer verified.
 *
 * `passport-openidconnect` is the base, for Passport's contract (`redirect`, `success`, `fail`, `error`). Its own
 * `authenticate` is replaced whole: it believes errors before it has looked at state, knows neither PKCE nor `iss`, and
 * verifies no signature. {@link openTransaction} and {@link judgeAnswer} stand in its place; see `docs/adr/0006-strategy.md`.
 */
@Injectable()
export class OidcStrategy extends PassportStrategy(OpenIDConnectStrategy, 'oidc', true) {
  constructor(
    readonly transactions: LoginTransactions,
    readonly clock: Clock,
  ) {
    // the base wants one IdP at construction; ours is the front end's, and its addresses are asked for at each request
    super({
      issuer: 'per request',
      authorizationURL: 'per request',
      tokenURL: 'per request',
      userInfoURL: 'per request',
      clientID: 'per request',
      clientSecret: '',
      callbackURL: '/bff/callback',
    });
  }

  /** Passport calls this on a copy of the strategy made for the one request. */
  override authenticate(_request: unknown, options?: object): void {
    const run = options as StrategyOptions;
    const done = run.action === 'begin' ? this.begin(run, run.request) : this.finish(run, run.query);
    done.catch((error: unknown) => {
      this.error(error instanceof Error ? error : new Error('sign-in failed', { cause: error }));
    });
  }

  /** Required by the mixin; the verified sign-in is the user as it stands. */
  validate(result: SignInResult): SignInResult {
    return result;
  }

  private async begin(options: StrategyOptions, request: SignInRequest): Promise<void> {
    this.redirect(await openTransaction(this, options, request), 303);
  }

  private async finish(options: StrategyOptions, query: string): Promise<void> {
    const result = await judgeAnswer(this, options, query);
    const again = reauthenticationOf(result);
    if (again !== undefined) await this.begin(options, again);
    else if (result.kind === 'verified') this.success(this.validate(result));
    else this.fail(result, 401);
  }
}

/**
 * Whoever authenticated too long ago is asked to do it now; once, and only where a person can be asked. An IdP that was
 * told `prompt=login` and still names no recent `auth_time` is not asked a second time.
 */
function reauthenticationOf(result: SignInResult): SignInRequest | undefined {
  if (result.kind !== 'insufficient' || result.lacks !== 'max_age') return undefined;
  const { flow, prompt, returnUrl, rid, embedder, maxAgeS, acrValues, correlationId, hint } = result.transaction;
  if (flow !== 'interactive' || prompt === 'login') return undefined;
  const asked = { flow, returnUrl, rid, embedder, maxAgeS, acrValues, correlationId };
  return { ...asked, prompt: 'login', hint: hint && { session: hint, idToken: undefined } };
}
