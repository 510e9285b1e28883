import { afterAll, beforeAll } from '@jest/globals';
import { readConfig } from '#config';
import { SystemClock } from '#http';
import { IdpConfig } from '../../apps/idp/src/config.js';
import { startIdp } from '../../apps/idp/src/start-idp.js';
import { exampleApi, exampleClients } from '../../scripts/demo/example-clients.js';
import { createSecrets, type Person, type Secrets } from '../../scripts/demo/secrets.js';
import { freePort } from '../../scripts/stack/free-port.js';
import { freshDatabase } from './databases.js';
import { type SpaSite, startSpaSite } from './spa-site.js';

/** The IdP as the demo configures it, with its example clients, whose pages are served too. */
export interface BrowserIdp {
  /** ends in a slash */
  readonly issuer: string;
  readonly operator: string;
  readonly secrets: Secrets;
  /** the pages of `spa` and `spa-consent` */
  readonly site: SpaSite;
  /** the same pages where no client has an origin or a redirect URI, but `unlisted`, which is allowed no web messages */
  readonly otherSite: SpaSite;
  readonly person: (login: string) => Person;
}

/** Gives this suite an IdP in this process, on a database of its own. Configuration keys can be laid over the demo's. */
export function browserIdpForSuite(changes: Readonly<Record<string, string>> = {}): () => BrowserIdp {
  let idp: BrowserIdp | undefined;
  const closers: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const [site, otherSite, secrets] = await Promise.all([startSpaSite(), startSpaSite(), createSecrets()]);
    closers.push(site.close, otherSite.close);
    const [port, operatorPort] = [await freePort(), await freePort()];
    const issuer = `http://localhost:${port}/`;
    const environment = {
      ...{ IDP_ISSUER: issuer, PORT: String(port), IDP_OPERATOR_PORT: String(operatorPort) },
      ...{ IDP_DATABASE_URL: await freshDatabase('idp'), IDP_CROSS_SITE_FRAMES: '1' },
      ...{ IDP_OPERATOR_TOKEN: secrets.operatorToken, IDP_COOKIE_KEYS: secrets.cookieKey },
      ...{ IDP_SECRET_KEYS: secrets.idpSecretKeys, IDP_PEOPLE: JSON.stringify(secrets.people) },
      ...{ IDP_JWKS: JSON.stringify({ keys: [secrets.idpKey] }), IDP_APIS: JSON.stringify([exampleApi]) },
      ...{ IDP_CLIENTS: JSON.stringify([...clientsAt(site, secrets), unlisted(otherSite)]) },
      ...{ IDP_PRIVATE_HOSTS_ALLOWED: 'localhost,127.0.0.1', ...changes },
    };
    const running = await startIdp(readConfig(IdpConfig, environment), new SystemClock());
    closers.unshift(running.close);
    const person = (login: string) => secrets.people.find((known) => known.login === login)!;
    idp = { issuer, operator: `http://127.0.0.1:${operatorPort}`, secrets, site, otherSite, person };
  }, 60_000);
  afterAll(async () => {
    for (const close of closers) await close();
  });
  return () => idp!;
}

/** The demo's own clients, their pages moved to where they are served now. */
function clientsAt({ port }: SpaSite, { exampleClientSecrets }: Secrets): readonly object[] {
  const text = JSON.stringify(exampleClients(exampleClientSecrets));
  return JSON.parse(text.replaceAll(':4300', `:${port}`)) as readonly object[];
}

function unlisted({ local }: SpaSite) {
  return {
    ...{ client_id: 'unlisted', client_name: 'Unlisted', token_endpoint_auth_method: 'none', first_party: true },
    redirect_uris: [`${local}/callback.html`],
  };
}

/** Calls the operator API. @throws Error for every answer but a success */
export async function operate(
  { operator, secrets }: BrowserIdp,
  method: string,
  path: string,
  body?: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const response = await fetch(operator + path, {
    method,
    headers: {
      authorization: `Bearer ${secrets.operatorToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

/** Ends all sessions of a person as an operator does. */
export async function endAllSessionsOf(idp: BrowserIdp, login: string): Promise<void> {
  const sessions = (await operate(idp, 'GET', `/admin/sessions?login=${login}`)) as readonly { readonly id: string }[];
  for (const { id } of sessions) await operate(idp, 'DELETE', `/admin/sessions/${id}`);
}
