import { Injectable, Logger } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import OpenIDConnectStrategy from 'passport-openidconnect';
import { IdpClient, IdpError } from '#idp-client';
import {
  type AuthorizationResponse,
  issuerOf,
  OidcError,
  randomToken,
  readAuthorizationResponse,
  toAuthorizationUrl,
  verifyIdToken,
} from '#oidc';
import { Clock, type LoginTransaction, LoginTransactions, reasonOf } from '#session';
import type { FrontEnd } from '../http/front-ends.js';
import { OidcSettings } from './oidc-settings.js';
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
 * verifies no signature. The order of the steps here is the order of trust; see `docs/adr/0006-strategy.md`.
 */
@Injectable()
export class OidcStrategy extends PassportStrategy(OpenIDConnectStrategy, 'oidc', true) {
  private readonly logger = new Logger(OidcStrategy.name);

  constructor(
    private readonly idp: IdpClient,
    private readonly transactions: LoginTransactions,
    private readonly clock: Clock,
    private readonly settings: OidcSettings,
  ) {
    const { issuer, clientId } = idp;
    // the base wants addresses at construction; ours are the IdP's own, asked for at each request
    super({
      issuer,
      authorizationURL: issuer,
      tokenURL: issuer,
      userInfoURL: issuer,
      clientID: clientId,
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
    const { authorizationEndpoint } = await this.idp.metadata();
    const [state, nonce, codeVerifier] = [randomToken(), randomToken(), randomToken()];
    const { redirectUri, origin } = options.frontEnd;
    const { flow, returnUrl, rid, hint } = request;
    await this.transactions.put(state, options.browser, {
      iss: this.idp.issuer,
      clientId: this.idp.clientId,
      frontEnd: origin,
      redirectUri,
      flow,
      nonce,
      codeVerifier,
      returnUrl,
      rid,
      hint: hint?.session,
      createdAt: this.clock.now(),
    });
    const prompt = flow === 'interactive' ? undefined : 'none';
    const { clientId } = this.idp;
    const { scope } = this.settings;
    this.redirect(
      toAuthorizationUrl(authorizationEndpoint, {
        clientId,
        redirectUri,
        scope,
        state,
        nonce,
        codeVerifier,
        prompt,
        idTokenHint: hint?.idToken,
      }),
      303,
    );
  }

  private async finish(options: StrategyOptions, query: string): Promise<void> {
    const result = await this.judge(options, readAuthorizationResponse(query));
    if (result.kind === 'verified') this.success(this.validate(result));
    else this.fail(result, 401);
  }

  /** The fixed order: form, transaction of this browser (which is then used up), issuer, error, code, ID token. */
  private async judge(options: StrategyOptions, response: AuthorizationResponse): Promise<SignInResult> {
    if (response.kind === 'malformed') return { kind: 'rejected', reason: response.reason };
    const transaction = await this.transactions.take(response.state, options.browser);
    if (transaction === 'expired')
      return { kind: 'rejected', reason: 'the sign-in was begun more than ten minutes ago' };
    if (transaction === 'unknown') return { kind: 'unknown_state', hasCode: response.kind === 'code' };
    if (transaction.frontEnd !== options.frontEnd.origin)
      return { kind: 'rejected', reason: 'the answer came to another front end' };
    const metadata = await this.idp.metadata();
    if (transaction.iss !== metadata.issuer) return { kind: 'rejected', reason: 'the request was made to another IdP' };
    if (issuerOf(response.iss, transaction.iss, metadata.sendsIss) !== 'same')
      return { kind: 'rejected', reason: 'iss is missing or of another IdP' };
    if (response.kind === 'refused') return { kind: 'refused', transaction, error: response.error };
    return this.redeem(transaction, response.code);
  }

  private async redeem(transaction: LoginTransaction, code: string): Promise<SignInResult> {
    const { redirectUri, codeVerifier, iss: issuer, clientId, nonce } = transaction;
    try {
      const tokens = await this.idp.exchangeCode({ code, redirectUri, codeVerifier });
      const { idToken, accessToken } = tokens;
      const { algorithm } = this.settings;
      const claims = await verifyIdToken(idToken, this.idp.keys(), {
        issuer,
        clientId,
        nonce,
        algorithm,
        accessToken,
        now: this.clock.now(),
      });
      return { kind: 'verified', transaction, claims, tokens };
    } catch (error) {
      if (error instanceof IdpError && error.code === 'IDP_UNAVAILABLE') return { kind: 'unavailable', transaction };
      if (error instanceof IdpError && (error.error === 'invalid_client' || error.error === 'unauthorized_client')) {
        this.logger.error(
          `sign_in.client_refused error=${error.error}; check CLIENT_ID, CLIENT_SECRET, CLIENT_AUTH_METHOD`,
        );
        return { kind: 'client_refused', transaction };
      }
      if (error instanceof IdpError || error instanceof OidcError) {
        this.logger.warn(`sign_in.rejected reason=${error.message}`);
        return { kind: 'rejected', reason: error.code };
      }
      this.logger.error(`sign_in.keys.unavailable reason=${reasonOf(error)}`);
      return { kind: 'unavailable', transaction }; // the IdP's keys could not be had: nobody knows
    }
  }
}
