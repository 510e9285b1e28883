import { createHash, randomBytes } from 'node:crypto';

/** The parameters of one authorization request. Absent members are not sent. */
export interface AuthorizationRequest {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly prompt?: string | undefined;
  readonly idTokenHint?: string | undefined;
  readonly maxAgeS?: number | undefined;
  readonly loginHint?: string | undefined;
  readonly acrValues?: readonly string[] | undefined;
  readonly uiLocales?: string | undefined;
  /** whom the access token is for, where the IdP knows this parameter */
  readonly audience?: string | undefined;
}

/** Makes 256 unguessable bits as 43 characters of `A-Za-z0-9-_`: a state, a nonce, a PKCE verifier, a cookie value. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Gives the S256 challenge of a PKCE verifier. @see {@link https://www.rfc-editor.org/rfc/rfc7636 RFC 7636} §4.2 */
export function codeChallengeOf(codeVerifier: string): string {
  return createHash('sha256').update(codeVerifier).digest('base64url');
}

/**
 * Gives what an authorization request says, whether the browser carries it or we push it. The verifier itself is never
 * in it, only its challenge.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OIDC Core 3.1.2.1}
 */
export function authorizationParametersOf(request: AuthorizationRequest): Readonly<Record<string, string>> {
  const { redirectUri, scope, state, nonce } = request;
  const parameters: Readonly<Record<string, string | undefined>> = {
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: redirectUri,
    ...{ scope, state, nonce },
    code_challenge: codeChallengeOf(request.codeVerifier),
    code_challenge_method: 'S256',
    prompt: request.prompt,
    id_token_hint: request.idTokenHint,
    max_age: request.maxAgeS?.toString(),
    acr_values: request.acrValues?.join(' '),
    login_hint: request.loginHint,
    ui_locales: request.uiLocales,
    audience: request.audience,
  };
  return Object.fromEntries(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Gives the address to send the browser to, with the whole request in it. */
export function toAuthorizationUrl(endpoint: string, request: AuthorizationRequest): string {
  return withParameters(endpoint, authorizationParametersOf(request));
}

/**
 * Gives the address to send the browser to after the request itself was pushed: it names the request and says nothing of it.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9126 RFC 9126} §4
 */
export function toPushedAuthorizationUrl(
  endpoint: string,
  request: { readonly clientId: string; readonly requestUri: string },
): string {
  return withParameters(endpoint, { client_id: request.clientId, request_uri: request.requestUri });
}

function withParameters(endpoint: string, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
