import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { HubDatabase } from '#store';
import { stringify } from 'yaml';
import { gatewayClient } from '../../scripts/compose/gateway-client.js';
import { createSecrets, type Person, type Secrets } from '../../scripts/demo/secrets.js';
import { freePort } from '../../scripts/stack/free-port.js';
import { type Apps, appsForSuite, type RunningApp } from './apps.js';
import { freshDatabase } from './databases.js';
import { IdpDoor } from './idp-door.js';
import { natsForSuite } from './nats.js';

/** What a suite wants to be different. */
export interface StackWishes {
  /** seconds between two probes of one session; by default so many that a suite sees none but the first */
  readonly pollEveryS?: number;
  /** seconds in which a browser is not sent on a second silent sign-in: at least 10 */
  readonly coolDownS?: number;
}

/**
 * All of session-sync as processes, with names that a browser judges differently: the front ends `notes` and `billing` are on
 * the IdP's site, each with a cookie jar of its own; `other` is on another site.
 */
export interface BrowserStack {
  readonly notes: string;
  readonly billing: string;
  readonly other: string;
  /** ends in a slash */
  readonly issuer: string;
  readonly gateway: RunningApp;
  readonly hub: HubDatabase;
  /** the session-poller's way to the IdP */
  readonly pollerDoor: IdpDoor;
  /** Lets every browser's cool-down be over. */
  readonly coolDown: () => Promise<unknown>;
  readonly person: (login: string) => Person;
  /** The ids of a person's sessions at the IdP. */
  readonly sessionsOf: (login: string) => Promise<readonly string[]>;
  /** Ends all sessions of a person at the IdP as an operator does; `push: false` tells no client. */
  readonly endSessionsOf: (login: string, how?: { readonly push: boolean }) => Promise<void>;
}

const SITE = 'test/browser/front-end';
const SDK = 'dist/browser/session-sync.global.js';
const OFTEN_ENOUGH_NEVER_S = 3600;

interface Addresses {
  readonly ports: Readonly<Record<'idp' | 'operator' | 'gateway', number>>;
  readonly issuer: string;
  readonly idp: string;
  readonly operator: string;
  readonly frontEnds: readonly [notes: string, billing: string, other: string];
}

interface Parts extends Addresses {
  readonly apps: Apps;
  readonly secrets: Secrets;
  readonly natsUrl: string;
  readonly hubUrl: string;
  readonly pages: string;
  readonly pollEveryS: number;
  readonly coolDownS: number;
}

/** Gives this suite its stack; all of it ends after the last test. */
export function browserStackForSuite(wishes: StackWishes = {}): () => BrowserStack {
  const nats = natsForSuite();
  const apps = appsForSuite();
  let stack: BrowserStack | undefined;
  const closers: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const pages = await frontEndPages();
    closers.push(() => rm(pages, { recursive: true, force: true }));
    const [addresses, secrets, hubUrl] = await Promise.all([freeAddresses(), createSecrets(), freshDatabase('hub')]);
    const { pollEveryS = OFTEN_ENOUGH_NEVER_S, coolDownS = 10 } = wishes;
    const own = { apps: apps(), natsUrl: nats().url, hubUrl, pages, pollEveryS, coolDownS };
    const pollerDoor = await IdpDoor.before(addresses.ports.idp);
    const hub = new HubDatabase(hubUrl);
    closers.push(
      () => pollerDoor.stop(),
      () => hub.$disconnect(),
    );
    const coolDown = () => hub.silentAttempt.deleteMany();
    stack = { ...(await start({ ...addresses, secrets, ...own }, pollerDoor)), hub, pollerDoor, coolDown };
  }, 300_000); // five apps on a busy machine
  afterAll(() => Promise.all(closers.map((close) => close())));
  return () => stack!;
}

async function start(
  parts: Parts,
  pollerDoor: IdpDoor,
): Promise<Omit<BrowserStack, 'hub' | 'pollerDoor' | 'coolDown'>> {
  const { apps, issuer, operator, secrets } = parts;
  const [notes, billing, other] = parts.frontEnds;
  await apps.start('idp', await idpEnv(parts));
  const services = await startServices(parts);
  const [gateway] = await Promise.all([
    apps.start('gateway', gatewayEnv(parts, services)),
    apps.start('session-poller', { ...sharedEnv(parts), NATS_URL: parts.natsUrl, IDPS: pollerFile(parts, pollerDoor) }),
  ]);
  const person = (login: string) => secrets.people.find((known) => known.login === login)!;
  const admin = async (method: string, path: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${secrets.operatorToken}` };
    const response = await fetch(operator + path, { method, headers });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const sessionsOf = async (login: string) =>
    ((await admin('GET', `/admin/sessions?login=${login}`)) as readonly { readonly id: string }[]).map(({ id }) => id);
  const endSessionsOf = async (login: string, { push } = { push: true }) => {
    for (const id of await sessionsOf(login)) await admin('DELETE', `/admin/sessions/${id}${push ? '' : '?push=none'}`);
  };
  return { notes, billing, other, issuer, gateway, person, sessionsOf, endSessionsOf };
}

async function freeAddresses(): Promise<Addresses> {
  const [idp, operator, gateway] = [await freePort(), await freePort(), await freePort()];
  const at = (host: string) => `http://${host}:${gateway}`;
  return {
    ports: { idp, operator, gateway },
    issuer: `http://id.demo.localhost:${idp}/`,
    idp: `http://127.0.0.1:${idp}`, // Node does not resolve names below localhost
    operator: `http://127.0.0.1:${operator}`,
    frontEnds: [at('notes.demo.localhost'), at('billing.demo.localhost'), at('127.0.0.1')],
  };
}

/** The one page of all front ends, and the SDK as it is delivered. */
async function frontEndPages(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'session-sync-front-end-'));
  for (const file of ['index.html', 'page.js']) await copyFile(join(SITE, file), join(folder, file));
  await copyFile(SDK, join(folder, 'session-sync.global.js'));
  return folder;
}

async function idpEnv({ issuer, ports, secrets, frontEnds }: Parts) {
  const [, , other] = frontEnds;
  const client = gatewayClient({ frontEnds, gateway: other }, secrets.clientSecret);
  return {
    ...{ IDP_ISSUER: issuer, PORT: String(ports.idp), IDP_OPERATOR_PORT: String(ports.operator) },
    ...{ IDP_DATABASE_URL: await freshDatabase('idp'), IDP_CROSS_SITE_FRAMES: '1' },
    ...{ IDP_OPERATOR_TOKEN: secrets.operatorToken, IDP_COOKIE_KEYS: secrets.cookieKey },
    ...{ IDP_SECRET_KEYS: secrets.idpSecretKeys, IDP_PEOPLE: JSON.stringify(secrets.people) },
    ...{ IDP_JWKS: JSON.stringify({ keys: [secrets.idpKey] }), IDP_CLIENTS: JSON.stringify([client]) },
    IDP_PRIVATE_HOSTS_ALLOWED: '127.0.0.1',
  };
}

async function startServices({ apps, frontEnds, issuer, natsUrl }: Parts) {
  const [, , gateway] = frontEnds;
  const env = async () => ({
    ...{ DATABASE_URL: await freshDatabase('app'), NATS_URL: natsUrl, GATEWAY_URL: gateway, TRUSTED_ISSUER: issuer },
    GATEWAY_JWKS_URL: `${gateway}/.well-known/jwks.json`,
  });
  const [notes, billing] = await Promise.all([apps.start('notes', await env()), apps.start('billing', await env())]);
  return { notes: { origin: notes.origin }, billing: { origin: billing.origin } };
}

const sharedEnv = ({ hubUrl, secrets }: Parts) => ({
  ...{ HUB_DATABASE_URL: hubUrl, CLIENT_SECRET: secrets.clientSecret, TOKEN_KEYS: secrets.tokenKeys },
});

function gatewayEnv(parts: Parts, services: Readonly<Record<string, object>>) {
  const { frontEnds, ports, secrets, pages, coolDownS, pollEveryS } = parts;
  const site = { services: Object.keys(services), pages: { folder: pages }, silent: { coolDownS } };
  return {
    ...sharedEnv(parts),
    ...{ PORT: String(ports.gateway), GATEWAY_URL: frontEnds[2], ASSERTION_KEYS: JSON.stringify(secrets.assertionKey) },
    FIRST_PROBE_WITHIN_S: String(Math.min(60, pollEveryS)),
    FRONT_ENDS: stringify({
      idps: { main: idpEntry(parts, parts.idp) },
      services,
      frontEnds: frontEnds.map((origin) => ({ origin, ...site })),
    }),
  };
}

const pollerFile = (parts: Parts, door: IdpDoor) => stringify({ idps: { main: idpEntry(parts, door.origin) } });

function idpEntry({ issuer, pollEveryS }: Parts, internalOrigin: string) {
  return {
    ...{ issuer, internalOrigin, profile: 'session-sync', refreshTokens: 'stay' },
    client: { id: 'gateway', secret: { env: 'CLIENT_SECRET' } },
    probe: { unsafeIntervalS: pollEveryS },
  };
}
