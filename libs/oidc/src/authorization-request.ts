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
 * Gives the address to send the browser to. The verifier itself is never in it, only its challenge.
 *
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OIDC Core 3.1.2.1}
 */
export function toAuthorizationUrl(endpoint: string, request: AuthorizationRequest): string {
  const url = new URL(endpoint);
  const parameters: Readonly<Record<string, string | undefined>> = {
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    scope: request.scope,
    state: request.state,
    nonce: request.nonce,
    code_challenge: codeChallengeOf(request.codeVerifier),
    code_challenge_method: 'S256',
    prompt: request.prompt,
    id_token_hint: request.idTokenHint,
    max_age: request.maxAgeS?.toString(),
    login_hint: request.loginHint,
  };
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}
