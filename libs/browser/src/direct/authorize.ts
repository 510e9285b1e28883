import { askFrame, own } from '../hidden-frame.js';
import type { Outcome } from '../outcome.js';
import { given, type Provider } from './provider.js';

/** What is asked for, and for whom. */
export interface AuthorizationRequest {
  readonly clientId: string;
  /** registered with the client. Its origin must be among the client's allowed web origins for an answer by message */
  readonly redirectUri: string;
  /** default `openid` */
  readonly scope?: string | undefined;
  readonly audience?: string | undefined;
  readonly prompt?: string | undefined;
  readonly loginHint?: string | undefined;
}

/** What only this page knows about a request that it has made. */
export interface Transaction {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly redirectUri: string;
}

/** The identity provider's answer. */
export interface Answer {
  /** `signed_in` with a code, and never without */
  readonly outcome: Outcome;
  readonly code?: string;
  readonly transaction: Transaction;
  /** for Session Management: comes with errors too */
  readonly sessionState: string | undefined;
}

/**
 * Makes a request with PKCE, `state` and `nonce`.
 *
 * @param mode `web_message`, or undefined for a redirect
 * @see RFC 7636 §4.2
 */
export async function prepare(
  { authorization_endpoint }: Provider,
  { clientId, redirectUri, scope, audience, prompt, loginHint }: AuthorizationRequest,
  mode?: 'web_message',
): Promise<{ readonly url: string; readonly transaction: Transaction }> {
  const [state, nonce, verifier] = [random(), random(), random()];
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const url = withQuery(authorization_endpoint, {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    response_mode: mode,
    scope: scope ?? 'openid',
    audience,
    prompt,
    login_hint: loginHint,
    state,
    nonce,
    code_challenge: base64url(digest),
    code_challenge_method: 'S256',
  });
  return { url, transaction: { state, nonce, verifier, redirectUri } };
}

/** Adds what is not `undefined` to an address. */
export function withQuery(address: string, query: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(given(query))) url.searchParams.set(name, value);
  return url.href;
}

/**
 * Reads the parameters of an answer. `undefined` is not the answer to this request, or not this provider's.
 *
 * @see RFC 9207 §2.4
 */
export function readAnswer(
  response: unknown,
  { issuer, authorization_response_iss_parameter_supported: mustNameItself }: Provider,
  transaction: Transaction,
): Answer | undefined {
  const word = (name: string) => {
    const value = own(response, name);
    return typeof value === 'string' ? value : undefined;
  };
  if (word('state') !== transaction.state) return undefined;
  if ((own(response, 'iss') ?? (mustNameItself ? undefined : issuer)) !== issuer) return undefined;
  const [code, error, sessionState] = [word('code'), word('error'), word('session_state')];
  return code && error === undefined
    ? { outcome: 'signed_in', code, transaction, sessionState }
    : { outcome: outcomeOf(error), transaction, sessionState };
}

/** @see OpenID Connect Core 1.0 §3.1.2.6; RFC 6749 §4.1.2.1 */
const outcomeOf = (error = ''): Outcome =>
  /^(login|consent|interaction|account_selection)_required$/.test(error)
    ? (error as Outcome)
    : error === 'access_denied'
      ? 'denied'
      : /^(server_error|temporarily_unavailable)$/.test(error)
        ? 'unavailable'
        : 'failed';

/** Reads a message as the answer: `{ type: 'authorization_response', response }`. Who sent it is checked elsewhere. */
export const readMessage = (message: unknown, provider: Provider, transaction: Transaction): Answer | undefined =>
  own(message, 'type') === 'authorization_response'
    ? readAnswer(own(message, 'response'), provider, transaction)
    : undefined;

/**
 * Asks without a page: `prompt=none` and `response_mode=web_message` in a hidden frame. `timeout` may be an origin that the
 * client is not allowed to get messages at.
 */
export async function authorizeInFrame(
  provider: Provider,
  request: AuthorizationRequest,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Answer> {
  const { url, transaction } = await prepare(provider, { ...request, prompt: 'none' }, 'web_message');
  const answer = await askFrame({
    url,
    origin: new URL(url).origin,
    timeoutMs,
    read: (message) => readMessage(message, provider, transaction),
    ...(signal && { signal }),
  });
  return answer === 'timeout' ? { outcome: answer, transaction, sessionState: undefined } : answer;
}

const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)).buffer);

const base64url = (bytes: ArrayBuffer) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=/g, '');
