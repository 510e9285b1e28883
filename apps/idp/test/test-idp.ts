import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readConfig } from '#config';
import { SystemClock } from '#http';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { freePort } from '../../../test/support/free-port.js';
import { IdpConfig } from '../src/config.js';
import { startIdp } from '../src/start-idp.js';
import type { Answer, Browser } from './browser.js';

export const OPERATOR_TOKEN = 'an operator token of the tests'.replaceAll(' ', '-');
export const CLIENT_SECRET = 'a secret of the clients of these tests';

/** What a client is given at the token endpoint. */
export interface Tokens {
  readonly id_token: string;
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly error?: string;
}

/** A whole IdP on free ports, with Ana and Ben, and a server in the place of its clients' back-channels. */
export interface TestIdp {
  readonly issuer: string;
  readonly operator: string;
  readonly signingKey: JWK;
  /** the bodies of all logout tokens so far, as `<client>:<token>` */
  readonly logoutTokens: readonly string[];
  readonly close: () => Promise<void>;
}

/** What a suite has otherwise. */
export interface TestIdpOptions {
  /** keys of the configuration, over those of all tests */
  readonly env?: Readonly<Record<string, string>>;
  /** metadata of more clients, made with the origin of the back-channel server; all have {@link CLIENT_SECRET} */
  readonly moreClients?: (backchannel: string) => readonly object[];
  /** keys of `ana`, `ben` and others over those that people have here */
  readonly people?: Readonly<Record<string, object>>;
}

export async function startTestIdp(databaseUrl: string, options: TestIdpOptions = {}): Promise<TestIdp> {
  const logoutTokens: string[] = [];
  const backchannel = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      logoutTokens.push(`${request.url?.slice(1) ?? ''}:${new URLSearchParams(body).get('logout_token') ?? ''}`);
      response.end();
    });
  });
  await new Promise<void>((resolve) => backchannel.listen(0, '127.0.0.1', resolve));
  const backchannelPort = (backchannel.address() as AddressInfo).port;
  const [port, operatorPort] = [await freePort(), await freePort()];
  const issuer = `http://localhost:${port}`;
  const signingKey = await signingKeyOfTests();
  const idp = await startIdp(
    readConfig(IdpConfig, {
      IDP_ISSUER: issuer,
      PORT: String(port),
      IDP_OPERATOR_PORT: String(operatorPort),
      IDP_OPERATOR_TOKEN: OPERATOR_TOKEN,
      IDP_DATABASE_URL: databaseUrl,
      IDP_JWKS: JSON.stringify({ keys: [signingKey] }),
      IDP_SECRET_KEYS: `test:${randomBytes(32).toString('base64')}`,
      IDP_COOKIE_KEYS: 'a key that signs the cookies of tests',
      IDP_CLIENTS: JSON.stringify([
        ...clients(`http://localhost:${backchannelPort}`),
        ...(options.moreClients?.(`http://localhost:${backchannelPort}`) ?? []),
      ]),
      IDP_PEOPLE: JSON.stringify(
        Object.entries({ ana: {}, ben: {}, ...options.people }).map(([login, extra]) => ({
          ...person(login),
          ...extra,
        })),
      ),
      IDP_PRIVATE_HOSTS_ALLOWED: 'localhost',
      ...options.env,
    }),
    new SystemClock(),
  );
  const close = async () => {
    await idp.close();
    await new Promise((resolve) => backchannel.close(resolve));
  };
  return { issuer, operator: `http://127.0.0.1:${operatorPort}`, signingKey, logoutTokens, close };
}

function person(login: string) {
  return { sub: `sub-${login}`, login, name: login, email: `${login}@example.test`, password: `${login}'s password` };
}

function clients(backchannel: string) {
  return ['gateway', 'other', 'framed'].map((id) => ({
    client_id: id,
    client_name: `The <${id}>`,
    first_party: true,
    client_secret: CLIENT_SECRET,
    redirect_uris: [`http://${id}.test/callback`],
    post_logout_redirect_uris: [`http://${id}.test/`],
    grant_types: ['authorization_code', 'refresh_token'],
    backchannel_logout_uri: `${backchannel}/${id}`,
    backchannel_logout_session_required: true,
    ...(id === 'gateway' ? { refresh_token_rotation: false } : {}),
    ...(id === 'framed' ? { allowed_web_origins: ['http://framed.test'] } : {}),
  }));
}

async function signingKeyOfTests(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'k1' };
}

/** What every request of {@link authorizeUrl} is challenged with. */
export const VERIFIER = randomBytes(32).toString('base64url');

/** Gives the address of an authorization request. `extra` adds parameters or takes them away with `''`. */
export function authorizeUrl(idp: TestIdp, clientId = 'gateway', extra: Readonly<Record<string, string>> = {}): URL {
  const url = new URL('/authorize', idp.issuer);
  const parameters = {
    client_id: clientId,
    response_type: 'code',
    scope: 'openid profile email',
    redirect_uri: `http://${clientId}.test/callback`,
    state: 'a-state',
    nonce: 'a-nonce',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    ...extra,
  };
  for (const [name, value] of Object.entries(parameters)) if (value !== '') url.searchParams.set(name, value);
  return url;
}

/** Signs a person in through the page's form and gives the redirect to the client. */
export async function signIn(idp: TestIdp, browser: Browser, login: string, clientId = 'gateway'): Promise<Answer> {
  const asked = await browser.get(authorizeUrl(idp, clientId));
  const page = await browser.get(asked.location ?? '');
  const accepted = await browser.submit(page, idp.issuer, { login, password: `${login}'s password` });
  return browser.get(accepted.location ?? '');
}

/** Posts to an endpoint as a client. */
export async function asClient(
  idp: TestIdp,
  clientId: string,
  path: string,
  form: Record<string, string>,
): Promise<Response> {
  const authorization = `Basic ${btoa(`${clientId}:${encodeURIComponent(CLIENT_SECRET).replaceAll('%20', '+')}`)}`;
  return fetch(new URL(path, idp.issuer), {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams(form),
  });
}

/** Redeems the code of a redirect. */
export async function redeem(idp: TestIdp, answer: Answer, clientId = 'gateway'): Promise<Tokens> {
  const response = await asClient(idp, clientId, '/oauth/token', {
    grant_type: 'authorization_code',
    code: answer.location?.searchParams.get('code') ?? '',
    redirect_uri: `http://${clientId}.test/callback`,
    code_verifier: VERIFIER,
  });
  return (await response.json()) as Tokens;
}

/** Says whether introspection calls a token active. */
export async function isActive(idp: TestIdp, token: string | undefined, clientId = 'gateway'): Promise<boolean> {
  const response = await asClient(idp, clientId, '/oauth/introspect', { token: token ?? '' });
  return ((await response.json()) as { active: boolean }).active;
}

/** Calls the operator API. */
export async function operate(
  idp: TestIdp,
  method: string,
  path: string,
  token = OPERATOR_TOKEN,
  json?: unknown,
): Promise<{ readonly status: number; readonly headers: Headers; readonly body: unknown }> {
  const response = await fetch(idp.operator + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
