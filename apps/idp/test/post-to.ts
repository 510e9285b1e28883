import type { TestIdp, Tokens } from './test-idp.js';

/** A client without a secret, for `moreClients`. */
export const publicClient = {
  client_id: 'public',
  first_party: true,
  token_endpoint_auth_method: 'none',
  redirect_uris: ['http://public.test/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
};

/** Posts a form as it stands, with no client but the one that is in it. */
export async function postTo(
  idp: TestIdp,
  path: string,
  form: Record<string, string> | string,
  headers: Record<string, string> = {},
) {
  const response = await fetch(new URL(path, idp.issuer), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: typeof form === 'string' ? form : new URLSearchParams(form),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: (text === '' ? {} : JSON.parse(text)) as Partial<Tokens>,
  };
}

/** Gives the error of an answer. */
export async function errorAt(response: Promise<Response>): Promise<string | undefined> {
  return ((await (await response).json()) as { error?: string }).error;
}
