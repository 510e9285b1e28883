import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK } from 'jose';
import { type ClientMetadata } from 'oidc-provider';
import { stringify } from 'yaml';
import { freePort } from '../../scripts/stack/free-port.js';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { userOf } from '../support/gateway.js';
import { PlainProvider } from '../support/plain-provider.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import { type Seen, Visitor } from '../support/visitor.js';

const ODD_SECRET = 'p%2B+&=:/~ #"x';
/** Each front end is a client of its own at the same oidc-provider, by its path. */
const PATHS = ['/basic', '/post', '/jwt', '/pushed', '/wrong', '/unpushed'] as const;
type Path = (typeof PATHS)[number];

describe('the gateway as client of a plain oidc-provider, which takes pushed authorization requests', () => {
  const apps = appsForSuite();
  let idp: PlainProvider;
  /** publishes the gateway's key */
  let ours: ScriptedIdp;
  let origin = '';

  beforeAll(async () => {
    const port = await freePort();
    origin = `http://localhost:${port}`;
    ours = await ScriptedIdp.start();
    const key = { ...(await exportJWK(ours.keys.privateKey)), kid: 'k1', alg: 'RS256' };
    idp = await PlainProvider.start(() => [], {
      clients: clientsAt(origin, `${ours.issuer}/jwks`),
      fetch: (url, init) => fetch(url, { method: init?.method ?? 'GET' }), // its own refuses loopback
    });
    const secret = { secret: { env: 'CLIENT_SECRET' } };
    const client = (path: Path, client: object, changes = {}) => ({
      [path.slice(1)]: { issuer: idp.issuer, client: { id: path.slice(1), ...client }, ...changes },
    });
    await apps().start('gateway', {
      ...{ PORT: String(port), HUB_DATABASE_URL: await freshDatabase('hub'), GATEWAY_URL: origin },
      ...{ ASSERTION_KEYS: JSON.stringify(apps().assertionKey), TOKEN_KEYS: apps().tokenKeys },
      ...{ CLIENT_SECRET: ODD_SECRET, CLIENT_KEY: JSON.stringify(key) },
      FRONT_ENDS: stringify({
        idps: {
          ...client('/basic', secret),
          ...client('/post', { ...secret, auth: 'client_secret_post' }),
          ...client('/jwt', { key: { env: 'CLIENT_KEY' }, auth: 'private_key_jwt' }),
          ...client('/pushed', secret, { par: 'always' }),
          ...client('/wrong', { ...secret, auth: 'client_secret_basic_raw' }),
          ...client('/unpushed', secret, { par: 'never' }),
        },
        frontEnds: PATHS.map((path) => ({ origin, path, idp: path.slice(1), scopes: 'openid profile' })),
      }),
    });
  }, 90_000);
  afterAll(() => Promise.all([idp.stop(), ours.stop()]));

  /** Follows redirects until `arrived` says so, or there are none. */
  const travel = async (visitor: Visitor, url: string, arrived: (url: URL) => boolean): Promise<Seen> => {
    let seen = await visitor.get(url);
    // a browser without our cookie that asks silently is given it first
    if (seen.status === 200 && seen.headers.has('set-cookie')) seen = await visitor.get(url);
    for (let hops = 0; hops < 12 && seen.location !== undefined && !arrived(seen.location); hops += 1)
      seen = await visitor.get(seen.location.href);
    return seen;
  };
  const inside = (url: URL) => url.pathname.endsWith('/inside');
  const atCallback = (url: URL) => url.pathname.endsWith('/bff/callback');
  const loginAt = (path: Path) => `${origin}${path}/bff/login?returnUrl=${path}/inside`;

  it.each<[Path, string]>([
    ['/basic', 'client_secret_basic with characters that must be encoded'],
    ['/post', 'client_secret_post'],
    ['/jwt', 'private_key_jwt'],
    ['/pushed', 'a client that may only push its requests'],
    ['/unpushed', 'requests that go with the browser'],
  ])('%s signs in: %s', async (path) => {
    const visitor = new Visitor();
    const seen = await travel(visitor, loginAt(path), inside);
    expect(seen.location?.pathname).toBe(`${path}/inside`);
    expect((await userOf(visitor, `${origin}${path}`)).claims.get('sub')).toBe('ana');
  });

  it('a pushed request shows the browser nothing but its name; one that is not pushed shows all', async () => {
    for (const path of ['/basic', '/post', '/jwt', '/pushed'] as const) {
      const { location } = await new Visitor().get(loginAt(path));
      expect([...(location?.searchParams.keys() ?? [])].sort()).toEqual(['client_id', 'request_uri']);
    }
    const { location } = await new Visitor().get(loginAt('/unpushed'));
    expect(location?.searchParams.has('request_uri')).toBe(false);
    expect(location?.searchParams.has('code_challenge')).toBe(true);
  });

  it('what a page asks for is pushed too: prompt=none is answered without a page', async () => {
    const seen = await travel(new Visitor(), `${loginAt('/jwt')}&prompt=none`, inside);
    expect(seen.location?.searchParams.get('silent')).toBe('login_required');
  });

  it('a client that the IdP does not know by its secret is told so before anybody leaves', async () => {
    const seen = await new Visitor().get(loginAt('/wrong'));
    expect(seen.status).toBe(502);
    expect(JSON.parse(seen.text)).toMatchObject({ type: 'urn:sso:problem:idp-refused' });
    expect(seen.text).not.toContain(ODD_SECRET);
    const silently = await travel(new Visitor(), `${loginAt('/wrong')}&prompt=none`, inside);
    expect(silently.location?.searchParams.get('silent')).toBe('failed');
  });

  it('T046: a stolen code is worth nothing with the state of another sign-in', async () => {
    const [attacker, victim] = [new Visitor(), new Visitor()];
    const stolen = (await travel(attacker, loginAt('/basic'), atCallback)).location;
    const answer = (await travel(victim, loginAt('/basic'), atCallback)).location!;
    answer.searchParams.set('code', stolen?.searchParams.get('code') ?? '');
    const seen = await victim.get(answer.href);
    expect([seen.status, seen.location]).toEqual([400, undefined]);
    expect((await userOf(victim, `${origin}/basic`)).status).toBe(401);
  });
});

function clientsAt(origin: string, keysUri: string): ClientMetadata[] {
  const client = (path: Path, metadata: object): ClientMetadata => ({
    client_id: path.slice(1),
    redirect_uris: [`${origin}${path}/bff/callback`],
    ...metadata,
  });
  const basic = { client_secret: ODD_SECRET };
  return [
    client('/basic', basic),
    client('/post', { ...basic, token_endpoint_auth_method: 'client_secret_post' }),
    client('/jwt', { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: keysUri }),
    client('/pushed', { ...basic, require_pushed_authorization_requests: true }),
    client('/wrong', basic),
    client('/unpushed', basic),
  ];
}
