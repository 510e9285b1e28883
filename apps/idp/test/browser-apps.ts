import type { Answer, Browser } from './browser.js';
import { asClient, authorizeUrl, signIn, type TestIdp, type Tokens, VERIFIER } from './test-idp.js';

/** An origin that belongs to nobody. */
export const STRANGER = 'http://evil.test';
/** Where the apps' pages are. */
export const APP = 'http://localhost:4300';

/** A public client, as it lives in the browser: pages on loopback, all that browser clients may ask for. */
export function browserApp(id: string, more: object = {}): object {
  return {
    client_id: id,
    client_name: `The app ${id}`,
    token_endpoint_auth_method: 'none',
    first_party: true,
    grant_types: ['authorization_code', 'refresh_token', 'implicit'],
    response_types: ['code', 'id_token token', 'id_token'],
    redirect_uris: [`${APP}/callback.html`, 'http://127.0.0.1:4300/callback.html'],
    allowed_web_origins: [APP],
    ...more,
  };
}

/** Gives the address of an authorization request of such a client. */
export function appUrl(idp: TestIdp, clientId: string, extra: Readonly<Record<string, string>> = {}): URL {
  return authorizeUrl(idp, clientId, { redirect_uri: `${APP}/callback.html`, ...extra });
}

/** Gives what came back: from the query, the fragment or the message. */
export function answerOf({ location, text }: Answer): Readonly<Record<string, string>> {
  const message = /var data = (\{.*\});/.exec(text)?.[1];
  if (message !== undefined) return (JSON.parse(message) as { response: Record<string, string> }).response;
  const fragment = location?.hash.slice(1) ?? '';
  return Object.fromEntries(fragment === '' ? (location?.searchParams ?? []) : new URLSearchParams(fragment));
}

/** Posts to the token endpoint as a public client. */
export async function askTokens(
  idp: TestIdp,
  clientId: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const body = new URLSearchParams({ client_id: clientId, ...form });
  return fetch(new URL('/oauth/token', idp.issuer), { method: 'POST', headers, body });
}

/** Redeems a code as a public client, with changes where a test wants some. */
export async function redeemAt(
  idp: TestIdp,
  clientId: string,
  answer: Answer,
  changes: Readonly<Record<string, string>> = {},
): Promise<Tokens> {
  const form = {
    grant_type: 'authorization_code',
    code: answerOf(answer).code ?? '',
    redirect_uri: `${APP}/callback.html`,
    code_verifier: VERIFIER,
    ...changes,
  };
  return (await (await askTokens(idp, clientId, form)).json()) as Tokens;
}

/** Signs a person in and lets an app have tokens, silently. */
export async function tokensFor(
  idp: TestIdp,
  browser: Browser,
  clientId: string,
  extra: Readonly<Record<string, string>> = {},
): Promise<Tokens> {
  await signIn(idp, browser, 'ana');
  return redeemAt(idp, clientId, await browser.get(appUrl(idp, clientId, { prompt: 'none', ...extra })));
}

/** Uses a refresh token: as a public client, or a confidential one. */
export async function refresh(idp: TestIdp, clientId: string, token = '', isPublic = true): Promise<Tokens> {
  const form = { grant_type: 'refresh_token', refresh_token: token };
  const answer = isPublic ? askTokens(idp, clientId, form) : asClient(idp, clientId, '/oauth/token', form);
  return (await (await answer).json()) as Tokens;
}
