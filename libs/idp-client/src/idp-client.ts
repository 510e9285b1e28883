import type { JWTVerifyGetKey } from 'jose';
import { parseProviderMetadata, parseTokenResponse, type ProviderMetadata, type TokenResponse } from '#oidc';
import type { Clock, ProbeOutcome, RefreshOutcome } from '#session';
import { IdpError } from './errors.js';
import { wasNeverSent } from './never-sent.js';
import { authenticate, type ClientAuthentication } from './client-authentication.js';
import { type Answer, type IdpAddress, IdpHttp } from './idp-http.js';
import { keysAt } from './idp-keys.js';
import { oauthErrorOf } from './oauth-error.js';
import { type PushOutcome, pushOutcomeOf } from './pushed-authorization.js';

/** One client at one IdP. */
export interface IdpClientOptions extends IdpAddress {
  readonly clientId: string;
  readonly authentication: ClientAuthentication;
  /** endpoints that the discovery document does not name */
  readonly endpoints?: {
    readonly introspection?: string | undefined;
    readonly revocation?: string | undefined;
    readonly endSession?: string | undefined;
  };
}

/** What became of a revocation. `not_offered`: the IdP names no endpoint for it, or can't say. */
export type Revocation =
  | { readonly kind: 'revoked' }
  | { readonly kind: 'not_offered' }
  | { readonly kind: 'failed'; readonly reason: string };

const METADATA_LIFE_MS = 10 * 60_000;
const METADATA_RETRY_MS = 30_000;
/** A person waits, and where pushing is not required there is another way. */
const PUSH_TIMEOUT_MS = 5_000;

/** Asks an IdP as one of its clients. What comes back is judged by `#oidc` and `#session`. */
export class IdpClient {
  private readonly http: IdpHttp;
  private known: { readonly metadata: Promise<ProviderMetadata>; readonly until: number } | undefined;
  private lastGood: ProviderMetadata | undefined;
  private keySet: { readonly uri: string; readonly keys: JWTVerifyGetKey } | undefined;

  constructor(
    private readonly options: IdpClientOptions,
    private readonly clock: Clock,
  ) {
    this.http = new IdpHttp(options, clock);
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
   * @throws IdpError `IDP_UNAVAILABLE`; OidcError `OIDC_METADATA_INVALID`
   */
  async metadata(): Promise<ProviderMetadata> {
    const now = this.clock.now().getTime();
    if (this.known === undefined || this.known.until <= now) {
      const previous = this.lastGood;
      const metadata = this.discover().then((found) => (this.lastGood = found));
      this.known = { metadata, until: now + METADATA_LIFE_MS };
      metadata.catch(() => {
        // an outage changes nothing that we knew; it is asked again soon
        this.known = previous && { metadata: Promise.resolve(previous), until: now + METADATA_RETRY_MS };
      });
      if (previous !== undefined) return metadata.catch(() => previous);
    }
    return this.known.metadata;
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
  async introspect(token: string, hint: 'refresh_token' | 'access_token', signal: AbortSignal): Promise<ProbeOutcome> {
    let endpoint: string | undefined;
    try {
      ({ introspectionEndpoint: endpoint } = await this.metadata());
    } catch (error) {
      return { kind: 'unreachable', reason: error instanceof IdpError ? 'discovery' : 'metadata' };
    }
    if (endpoint === undefined) return { kind: 'answered', status: 404, body: undefined, retryAfterS: undefined };
    return this.post(endpoint, { token, token_type_hint: hint }, signal);
  }

  /**
   * Asks who an access token is about. Never throws for what the IdP or the network does.
   *
   * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#UserInfo OIDC Core 5.3}
   */
  async userinfo(accessToken: string, signal: AbortSignal): Promise<ProbeOutcome> {
    let endpoint: string | undefined;
    try {
      ({ userinfoEndpoint: endpoint } = await this.metadata());
    } catch (error) {
      return { kind: 'unreachable', reason: error instanceof IdpError ? 'discovery' : 'metadata' };
    }
    if (endpoint === undefined) return { kind: 'answered', status: 404, body: undefined, retryAfterS: undefined };
    const headers = { accept: 'application/json', authorization: `Bearer ${accessToken}` };
    return this.http.send(endpoint, { headers }, signal);
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

  private async post(endpoint: string, parameters: Readonly<Record<string, string>>, signal?: AbortSignal) {
    const { issuer, clientId, authentication } = this.options;
    const known = await authenticate(authentication, { issuer, clientId, now: this.clock.now() });
    const body = new URLSearchParams({ ...parameters, ...known.parameters });
    const headers = { accept: 'application/json', ...known.headers };
    return this.http.send(endpoint, { method: 'POST', headers, body }, signal);
  }

  private async discover(): Promise<ProviderMetadata> {
    const { issuer } = this.options;
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    let outcome = await this.http.send(url, { headers: { accept: 'application/json' } });
    const moved = outcome.kind === 'answered' ? sameOriginTarget(outcome, url) : undefined;
    if (moved !== undefined) outcome = await this.http.send(moved, { headers: { accept: 'application/json' } });
    if (outcome.kind === 'unreachable')
      throw new IdpError('IDP_UNAVAILABLE', `${url} can't be reached: ${outcome.reason}`);
    if (outcome.status !== 200) throw new IdpError('IDP_UNAVAILABLE', `${url} answered ${outcome.status}`);
    return this.completed(parseProviderMetadata(outcome.body, issuer));
  }

  /** What the discovery document leaves out, the configuration may say. */
  private completed(found: ProviderMetadata): ProviderMetadata {
    const { introspection, revocation, endSession } = this.options.endpoints ?? {};
    return {
      ...found,
      introspectionEndpoint: found.introspectionEndpoint ?? introspection,
      revocationEndpoint: found.revocationEndpoint ?? revocation,
      endSessionEndpoint: found.endSessionEndpoint ?? endSession,
    };
  }
}

/** Discovery may have moved, but only within its own origin. */
function sameOriginTarget(answer: Answer, from: string): string | undefined {
  if (
    answer.status < 300 ||
    answer.status >= 400 ||
    answer.location === undefined ||
    !URL.canParse(answer.location, from)
  )
    return undefined;
  const target = new URL(answer.location, from);
  return target.origin === new URL(from).origin ? target.href : undefined;
}
