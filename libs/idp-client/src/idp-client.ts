import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import {
  parseProviderMetadata,
  parseTokenResponse,
  type ProviderMetadata,
  toBasicCredentials,
  type TokenResponse,
} from '#oidc';
import type { Clock, ProbeOutcome } from '#session';
import { z } from 'zod';
import { IdpError } from './errors.js';
import { type Answer, type IdpAddress, IdpHttp } from './idp-http.js';

/** One client at one IdP. */
export interface IdpClientOptions extends IdpAddress {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly clientAuthMethod: 'client_secret_basic' | 'client_secret_post';
}

const METADATA_LIFE_MS = 10 * 60_000;
const METADATA_RETRY_MS = 30_000;

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
      if (this.keySet?.uri !== jwksUri) {
        const url = new URL(this.http.resolve(jwksUri));
        const keys = createRemoteJWKSet(url, {
          cooldownDuration: 30_000,
          timeoutDuration: 5_000,
          [customFetch]: (address, init) => fetch(address, { ...init, redirect: 'error' }),
        });
        this.keySet = { uri: jwksUri, keys };
      }
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
    const error = z.object({ error: z.string().max(64) }).safeParse(outcome.body);
    if (error.success && outcome.status < 500)
      throw new IdpError('IDP_REFUSED', `the token endpoint refused the code: ${error.data.error}`, error.data.error);
    throw new IdpError('IDP_UNAVAILABLE', `the token endpoint answered ${outcome.status}`);
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

  private async post(endpoint: string, parameters: Readonly<Record<string, string>>, signal?: AbortSignal) {
    const { clientId, clientSecret, clientAuthMethod } = this.options;
    const basic = clientAuthMethod === 'client_secret_basic';
    const body = new URLSearchParams(
      basic ? parameters : { ...parameters, client_id: clientId, client_secret: clientSecret },
    );
    const headers = {
      accept: 'application/json',
      ...(basic ? { authorization: toBasicCredentials(clientId, clientSecret) } : {}),
    };
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
    return parseProviderMetadata(outcome.body, issuer);
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
