import { OPERATOR_TOKEN, operate, type TestIdp, type Tokens, VERIFIER } from './test-idp.js';
import type { Answer } from './browser.js';

/** What the operator API has answered. */
export interface OperatorAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Gives an order to the operator API. */
export async function order(idp: TestIdp, method: string, path: string, json?: unknown): Promise<OperatorAnswer> {
  const { status, headers, body } = await operate(idp, method, path, OPERATOR_TOKEN, json);
  return { status, headers, body: body as OperatorAnswer['body'] };
}

/** Asks the operator API for a list. */
export async function listed<T = Readonly<Record<string, unknown>>>(idp: TestIdp, path: string): Promise<readonly T[]> {
  const { body } = await operate(idp, 'GET', path);
  return body as readonly T[];
}

/** Reads every page of a list, by the `Link` header. */
export async function everyPage<T>(idp: TestIdp, path: string): Promise<readonly (readonly T[])[]> {
  const pages: (readonly T[])[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const { headers, body } = await operate(idp, 'GET', next);
    pages.push(body as readonly T[]);
    next = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
  }
  return pages;
}

/** A client that was registered by the operator API, and its secret. */
export interface RegisteredClient {
  readonly id: string;
  readonly secret: string;
}

/** Registers a client that signs people in at `http://<id>.test/callback`. */
export async function registerClient(idp: TestIdp, id: string, members: object = {}): Promise<RegisteredClient> {
  const { status, body } = await order(idp, 'POST', '/admin/clients', {
    client_id: id,
    redirect_uris: [`http://${id}.test/callback`],
    first_party: true,
    ...members,
  });
  if (status !== 201) throw new Error(`registering ${id}: ${status} ${JSON.stringify(body)}`);
  return { id, secret: String(body.client_secret) };
}

/** Posts to an endpoint as a registered client. */
export async function asRegistered(
  idp: TestIdp,
  { id, secret }: RegisteredClient,
  path: string,
  form: Record<string, string>,
): Promise<Response> {
  const headers = { authorization: `Basic ${btoa(`${id}:${encodeURIComponent(secret)}`)}` };
  return fetch(new URL(path, idp.issuer), { method: 'POST', headers, body: new URLSearchParams(form) });
}

/** Redeems the code of a redirect to a registered client. */
export async function redeemAs(idp: TestIdp, client: RegisteredClient, answer: Answer): Promise<Tokens> {
  const response = await asRegistered(idp, client, '/oauth/token', {
    grant_type: 'authorization_code',
    code: answer.location?.searchParams.get('code') ?? '',
    redirect_uri: `http://${client.id}.test/callback`,
    code_verifier: VERIFIER,
  });
  return (await response.json()) as Tokens;
}
