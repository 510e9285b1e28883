import { own } from '../hidden-frame.js';
import type { Outcome } from '../outcome.js';
import type { Answer } from './authorize.js';
import { type Claims, judgeIdToken } from './id-token.js';
import { askJson, type Provider } from './provider.js';

/** What the token endpoint gave. In memory only. */
export interface Tokens {
  readonly accessToken: string;
  /** milliseconds since 1970; undefined where it was not said */
  readonly expiresAt: number | undefined;
  readonly refreshToken?: string | undefined;
  readonly idToken: string;
  readonly claims: Claims;
}

/** Redeems the code of an answer, without cookies, and judges the ID token. An answer without a code gives its own outcome. */
export function redeemCode(
  provider: Provider,
  clientId: string,
  { outcome, code, transaction: { verifier, redirectUri, nonce } }: Pick<Answer, 'outcome' | 'code' | 'transaction'>,
  timeoutMs: number,
): Promise<Tokens | Outcome> {
  const form = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri };
  return code === undefined ? Promise.resolve(outcome) : askForTokens(provider, clientId, form, timeoutMs, { nonce });
}

/**
 * Renews by refresh token. `failed`: the token is worth nothing any more. `account_changed`: it is somebody else's now.
 *
 * @see OpenID Connect Core 1.0 §12.2
 */
export async function refreshTokens(
  provider: Provider,
  clientId: string,
  before: Tokens,
  timeoutMs: number,
): Promise<Tokens | Outcome> {
  const form = { grant_type: 'refresh_token', refresh_token: before.refreshToken };
  return askForTokens(provider, clientId, form, timeoutMs, before);
}

async function askForTokens(
  provider: Provider,
  clientId: string,
  form: Readonly<Record<string, string | undefined>>,
  timeoutMs: number,
  before: { readonly nonce: string } | Tokens,
): Promise<Tokens | Outcome> {
  const answer = await askJson(provider.token_endpoint, timeoutMs, { client_id: clientId, ...form });
  if (!answer) return 'unavailable';
  const word = (name: string) => own(answer.json, name);
  const accessToken = word('access_token');
  const earlier = 'claims' in before ? before : undefined;
  const nonce = earlier ? undefined : (before as { readonly nonce: string }).nonce;
  const idToken = (word('id_token') ?? earlier?.idToken) as string;
  const now = Date.now();
  const claims =
    idToken === earlier?.idToken
      ? earlier.claims
      : judgeIdToken(idToken, { issuer: provider.issuer, clientId, nonce, nowS: now / 1000 });
  if (!answer.ok || !claims || typeof accessToken !== 'string' || !/^bearer$/i.test(String(word('token_type'))))
    return 'failed';
  if (earlier && earlier.claims.sub !== claims.sub) return 'account_changed';
  const lastsS = Number(word('expires_in'));
  const refreshToken = (word('refresh_token') as string | undefined) ?? earlier?.refreshToken;
  return { accessToken, expiresAt: lastsS > 0 ? now + lastsS * 1000 : undefined, refreshToken, idToken, claims };
}
