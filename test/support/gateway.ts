import { afterAll, beforeAll } from '@jest/globals';
import { HubDatabase } from '#store';
import { stringify } from 'yaml';
import { freePort } from '../../scripts/stack/free-port.js';
import { type Apps, appsForSuite, type RunningApp } from './apps.js';
import { freshDatabase } from './databases.js';
import { ScriptedIdp } from './scripted-idp.js';
import { type Seen, Visitor } from './visitor.js';

/** A gateway process in front of a scripted IdP: front end A is `localhost`, B is `127.0.0.1`. */
export interface GatewayUnderTest {
  readonly app: RunningApp;
  readonly a: string;
  readonly b: string;
}

/** What a front ends' file may say, as far as tests change it. */
export interface SiteFile {
  readonly idps: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly frontEnds: readonly Readonly<Record<string, unknown>>[];
}

/** The usual file: one IdP, one service that nobody runs, and a front end at each origin. */
export function usualSites({ issuer, origins }: { issuer: string; origins: readonly string[] }): SiteFile {
  return {
    idps: { main: { issuer, client: { id: 'gateway', secret: { env: 'CLIENT_SECRET' } } } },
    services: { notes: { origin: 'http://127.0.0.1:9' } },
    frontEnds: origins.map((origin) => ({ origin, services: ['notes'], forwardAuth: true })),
  };
}

/** Starts a gateway for `idp`. `sites` changes what its front ends' file says. */
export async function startGateway(
  apps: Apps,
  idp: ScriptedIdp,
  hubUrl: string,
  env: Readonly<Record<string, string>> = {},
  sites = usualSites,
): Promise<GatewayUnderTest> {
  const port = await freePort();
  const [a, b] = [`http://localhost:${port}`, `http://127.0.0.1:${port}`];
  const app = await apps.start('gateway', {
    ...{ PORT: String(port), HUB_DATABASE_URL: hubUrl, GATEWAY_URL: a, CLIENT_SECRET: 'secret-of-the-gateway' },
    ...{ ASSERTION_KEYS: JSON.stringify(apps.assertionKey), TOKEN_KEYS: apps.tokenKeys },
    FRONT_ENDS: stringify(sites({ issuer: idp.issuer, origins: [a, b] })),
    ...env,
  });
  return { app, a, b };
}

/** An authorization request that the gateway has sent a browser away with. */
export interface Departure {
  readonly visitor: Visitor;
  readonly frontEnd: string;
  readonly parameters: URLSearchParams;
}

/** Goes to the IdP's door. */
export async function depart(
  frontEnd: string,
  query = 'returnUrl=/inside',
  visitor = new Visitor(),
  path = 'login',
): Promise<Departure> {
  const url = `${frontEnd}/bff/${path}?${query}`;
  const first = await visitor.get(url);
  // a browser without our cookie is given it first, on a page that comes back by itself
  const seen = first.status === 200 && first.headers.has('set-cookie') ? await visitor.get(url) : first;
  if (seen.location === undefined) throw new Error(`no redirect, but ${seen.status} ${seen.text}`);
  return { visitor, frontEnd, parameters: seen.location.searchParams };
}

/** Comes back to the redirect URI with whatever a test says. */
export function comeBack({ visitor, frontEnd }: Departure, answer: Readonly<Record<string, string>>): Promise<Seen> {
  return visitor.get(`${frontEnd}/bff/callback?${new URLSearchParams(answer).toString()}`);
}

/** Lets the IdP redeem any code for an ID token with `claims` beside the right ones. */
export function redeemFor(
  idp: ScriptedIdp,
  departure: Departure,
  claims: Readonly<Record<string, unknown>>,
  header: { typ?: string; kid?: string } = {},
): void {
  idp.token = async () => ({
    status: 200,
    body: {
      id_token: await idp.sign({ aud: 'gateway', nonce: departure.parameters.get('nonce') ?? '', ...claims }, header),
      access_token: 'an-access-token',
      token_type: 'Bearer',
      expires_in: 300,
      refresh_token: 'a-refresh-token',
    },
  });
}

/** Signs `sub` in, with `sid` as the IdP's session. */
export async function signIn(
  idp: ScriptedIdp,
  frontEnd: string,
  sub: string,
  sid: string,
  visitor = new Visitor(),
  query = 'returnUrl=/inside',
): Promise<Seen & { readonly visitor: Visitor }> {
  const departure = await depart(frontEnd, query, visitor);
  redeemFor(idp, departure, { sub, sid, name: sub });
  const seen = await comeBack(departure, {
    code: 'a-code',
    state: departure.parameters.get('state') ?? '',
    iss: idp.issuer,
  });
  return { ...seen, visitor };
}

/** Asks who is signed in. */
export async function userOf(
  visitor: Visitor,
  frontEnd: string,
): Promise<{
  readonly status: number;
  readonly claims: ReadonlyMap<string, unknown>;
  readonly problem: { readonly type?: string; readonly reason?: string };
}> {
  const { status, text } = await visitor.get(`${frontEnd}/bff/user?slide=false`, { 'x-csrf': '1' });
  const body: unknown = JSON.parse(text);
  const claims = new Map(
    (Array.isArray(body) ? body : []).map((claim: { type: string; value: unknown }) => [claim.type, claim.value]),
  );
  return { status, claims, problem: Array.isArray(body) ? {} : (body as { type: string }) };
}

/** A gateway, its IdP and its database, for one suite. */
export interface GatewaySuite {
  readonly idp: ScriptedIdp;
  readonly gateway: GatewayUnderTest;
  readonly database: HubDatabase;
}

/** Gives this suite a gateway of its own; all of it goes after the last test. */
export function gatewayForSuite(): () => GatewaySuite {
  const apps = appsForSuite();
  let suite: GatewaySuite | undefined;
  beforeAll(async () => {
    const [idp, url] = await Promise.all([ScriptedIdp.start(), freshDatabase('hub')]);
    suite = { idp, gateway: await startGateway(apps(), idp, url), database: new HubDatabase(url) };
  }, 90_000);
  afterAll(async () => {
    await suite?.database.$disconnect();
    await suite?.idp.stop();
  });
  return () => suite!;
}

/** A good answer to a departure, with whatever a test wants to be different. */
export function answerTo(
  idp: ScriptedIdp,
  { parameters }: Departure,
  changes: Readonly<Record<string, string>> = {},
): Record<string, string> & { state: string; iss: string; code: string } {
  return { code: 'a-code', state: parameters.get('state') ?? '', iss: idp.issuer, ...changes };
}

/** How many codes the gateway has sent to the IdP. */
export function codesSent(idp: ScriptedIdp): number {
  return idp.received.filter(({ path }) => path === '/token').length;
}
