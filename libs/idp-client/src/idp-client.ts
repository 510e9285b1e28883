import type { JWTVerifyGetKey } from 'jose';
import {
  parseTokenResponse,
  type ProviderMetadata,
  type TokenResponse,
  verifyIntrospectionJwt,
  verifyUserinfoJwt,
} from '#oidc';
import type { Clock, ProbeOutcome, RefreshOutcome } from '#session';
import { type ConfiguredEndpoints, Discovery, obstacleOf } from './discovery.js';
import { IdpError } from './errors.js';
import { wasNeverSent } from './never-sent.js';
import { authenticate, type ClientAuthentication } from './client-authentication.js';
import { type Answer, type IdpAddress, IdpHttp, type Unreachable } from './idp-http.js';
import { keysAt } from './idp-keys.js';
import { oauthErrorOf } from './oauth-error.js';
import { type PushOutcome, pushOutcomeOf } from './pushed-authorization.js';
import { type VerifyAnswer, withSignedBody } from './signed-body.js';

/** One client at one IdP. */
export interface IdpClientOptions extends IdpAddress {
  readonly clientId: string;
  readonly authentication: ClientAuthentication;
  /** endpoints that the discovery document does not name */
  readonly endpoints?: ConfiguredEndpoints;
}

/** What became of a revocation. `not_offered`: the IdP names no endpoint for it, or can't say. */
export type Revocation =
  | { readonly kind: 'revoked' }
  | { readonly kind: 'not_offered' }
  | { readonly kind: 'failed'; readonly reason: string };

/** A person waits, and where pushing is not required there is another way. */
const PUSH_TIMEOUT_MS = 5_000;
/** Answers of an endpoint that is not there. */
const GONE = [404, 405, 410];

/** Asks an IdP as one of its clients. What comes back is judged by `#oidc` and `#session`. */
export class IdpClient {
  private readonly http: IdpHttp;
  private readonly discovery: Discovery;
  private keySet: { readonly uri: string; readonly keys: JWTVerifyGetKey } | undefined;

  constructor(
    private readonly options: IdpClientOptions,
    private readonly clock: Clock,
  ) {
    this.http = new IdpHttp(options, clock);
    this.discovery = new Discovery(this.http, options.issuer, options.endpoints ?? {}, clock);
  }

  get issuer(): string {
    return this.options.issuer;
  }

  get clientId(): string {
    return this.options.clientId;
  }

  /**
   * Gives what the IdP says of itself; asked again every ten minutes, and after each failure.
   *
   * @throws IdpError `IDP_UNAVAILABLE`; OidcError `OIDC_METADATA_INVALID`, and `OIDC_OTHER_ISSUER` when the document names
   *   another issuer than ours
   */
  metadata(): Promise<ProviderMetadata> {
    return this.discovery.metadata();
  }

  /** Finds the IdP's signing keys. They are fetched when an unknown one is named, at most once in 30 seconds. */
  keys(): JWTVerifyGetKey {
    return async (header, token) => {
      const { jwksUri } = await this.metadata();
      if (this.keySet?.uri !== jwksUri) this.keySet = { uri: jwksUri, keys: keysAt(jwksUri, this.http) };
      return this.keySet.keys(header, token);
    };
  }

  /**
   * Exchanges an authorization code for tokens. Sends the code once.
   *
   * @throws IdpError `IDP_REFUSED` with the OAuth error, or `IDP_UNAVAILABLE`; OidcError `OIDC_TOKEN_RESPONSE_INVALID`
   * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#TokenRequest OIDC Core 3.1.3.1}
   */
  async exchangeCode(request: {
    readonly code: string;
    readonly redirectUri: string;
    readonly codeVerifier: string;
  }): Promise<TokenResponse> {
    const { tokenEndpoint } = await this.metadata();
    const outcome = await this.post(tokenEndpoint, {
      grant_type: 'authorization_code',
      code: request.code,
      redirect_uri: request.redirectUri,
      code_verifier: request.codeVerifier,
    });
    if (outcome.kind === 'unreachable')
      throw new IdpError('IDP_UNAVAILABLE', `the token endpoint can't be reached: ${outcome.reason}`);
    if (outcome.status === 200) return parseTokenResponse(outcome.body);
    const error = outcome.status < 500 ? oauthErrorOf(outcome.body) : undefined;
    if (error !== undefined) throw new IdpError('IDP_REFUSED', `the token endpoint refused the code: ${error}`, error);
    throw new IdpError('IDP_UNAVAILABLE', `the token endpoint answered ${outcome.status}`);
  }

  /**
   * Sends a refresh token, once. Never throws for what the IdP or the network does; tells a request that never left from
   * one that may have been taken, and whenever that can't be told it is the latter.
   *
   * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#RefreshingAccessToken OIDC Core 12.1}
   */
  async refresh(refreshToken: string): Promise<RefreshOutcome> {
    let endpoint: string;
    try {
      ({ tokenEndpoint: endpoint } = await this.metadata());
      this.http.resolve(endpoint);
    } catch (error) {
      return { kind: 'not_sent', reason: error instanceof IdpError ? error.code.toLowerCase() : 'metadata' };
    }
    const outcome = await this.post(endpoint, { grant_type: 'refresh_token', refresh_token: refreshToken });
    if (outcome.kind === 'answered') return outcome;
    return { kind: wasNeverSent(outcome.reason) ? 'not_sent' : 'lost', reason: outcome.reason };
  }

  /**
   * Hands an authorization request to the IdP itself, so that the browser carries no more than its name.
   *
   * @param endpoint `parEndpoint` of the metadata
   * @throws IdpError `IDP_INSECURE`
   * @see {@link https://www.rfc-editor.org/rfc/rfc9126 RFC 9126} §2.1
   */
  async pushAuthorizationRequest(endpoint: string, parameters: Readonly<Record<string, string>>): Promise<PushOutcome> {
    return pushOutcomeOf(await this.post(endpoint, parameters, AbortSignal.timeout(PUSH_TIMEOUT_MS)));
  }

  /**
   * Asks whether a token is active. Never throws for what the IdP or the network does.
   *
   * @see {@link https://www.rfc-editor.org/rfc/rfc7662 RFC 7662} §2.1
   */
  introspect(token: string, hint: 'refresh_token' | 'access_token', signal: AbortSignal): Promise<ProbeOutcome> {
    return this.ask('introspectionEndpoint', verifyIntrospectionJwt, (endpoint) =>
      this.post(endpoint, { token, token_type_hint: hint }, signal, 'application/token-introspection+jwt;q=0.5'),
    );
  }

  /**
   * Asks whose an access token is. Never throws for what the IdP or the network does.
   *
   * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#UserInfo OIDC Core 5.3}
   */
  userinfo(accessToken: string, signal: AbortSignal): Promise<ProbeOutcome> {
    const headers = { accept: 'application/json, application/jwt;q=0.5', authorization: `Bearer ${accessToken}` };
    return this.ask('userinfoEndpoint', verifyUserinfoJwt, (endpoint) => this.http.send(endpoint, { headers }, signal));
  }

  /**
   * Revokes a refresh token. Never throws for what the IdP or the network does.
   *
   * @see {@link https://www.rfc-editor.org/rfc/rfc7009 RFC 7009} §2.1, §2.2: 200 also for a token that is unknown
   */
  async revoke(refreshToken: string, signal?: AbortSignal): Promise<Revocation> {
    const { revocationEndpoint } = await this.metadata().catch(() => ({ revocationEndpoint: undefined }));
    const endpoint = revocationEndpoint ?? this.options.endpoints?.revocation;
    if (endpoint === undefined) return { kind: 'not_offered' };
    const outcome = await this.post(endpoint, { token: refreshToken, token_type_hint: 'refresh_token' }, signal);
    if (outcome.kind === 'unreachable') return { kind: 'failed', reason: outcome.reason };
    return outcome.status === 200 ? { kind: 'revoked' } : { kind: 'failed', reason: `status_${outcome.status}` };
  }

  /** Sends one question to an endpoint of the discovery document; verifies an answer that is signed. */
  private async ask(
    name: 'introspectionEndpoint' | 'userinfoEndpoint',
    verify: VerifyAnswer,
    send: (endpoint: string) => Promise<Answer | Unreachable>,
  ): Promise<ProbeOutcome> {
    try {
      const endpoint = (await this.metadata())[name];
      if (endpoint === undefined) return { kind: 'answered', status: 404, body: undefined, retryAfterS: undefined };
      this.http.resolve(endpoint);
      const askedAt = this.clock.now();
      const outcome = await send(endpoint);
      if (outcome.kind === 'answered' && GONE.includes(outcome.status)) this.discovery.doubt();
      const { issuer, clientId } = this.options;
      return await withSignedBody(outcome, verify, this.keys(), { issuer, clientId, askedAt, now: this.clock.now() });
    } catch (error) {
      return { kind: 'unreachable', reason: obstacleOf(error) };
    }
  }

  private async post(
    endpoint: string,
    parameters: Readonly<Record<string, string>>,
    signal?: AbortSignal,
    alsoAccepts?: string,
  ) {
    const { issuer, clientId, authentication } = this.options;
    const known = await authenticate(authentication, { issuer, clientId, now: this.clock.now() });
    const body = new URLSearchParams({ ...parameters, ...known.parameters });
    const accept = alsoAccepts === undefined ? 'application/json' : `application/json, ${alsoAccepts}`;
    return this.http.send(endpoint, { method: 'POST', headers: { accept, ...known.headers }, body }, signal);
  }
}
