import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubDatabase } from '#store';
import { stringify } from 'yaml';
import { Browser } from '../../scripts/demo/browser.js';
import { signIn } from '../../scripts/demo/story/actor.js';
import { freePort } from '../../scripts/stack/free-port.js';
import { appsForSuite } from '../support/apps.js';
import { browserIdpForSuite, endAllSessionsOf } from '../support/browser-idp.js';
import { freshDatabase } from '../support/databases.js';
import { EchoService } from '../support/rotating-grants.js';

const port = await freePort();
const origins = { stay: `http://localhost:${port}`, rotate: `http://127.0.0.1:${port}` };
const KINDS = ['stay', 'rotate'] as const;
const SECRET = 'a-secret-of-the-test-that-is-long-enough';

const clientOf = (kind: (typeof KINDS)[number]) => ({
  ...{ client_id: `gateway-${kind}`, client_secret: SECRET, client_name: kind, first_party: true },
  ...{ token_endpoint_auth_method: 'client_secret_basic', response_types: ['code'] },
  ...{ grant_types: ['authorization_code', 'refresh_token'], refresh_token_rotation: kind === 'rotate' },
  redirect_uris: [`${origins[kind]}/bff/callback`],
});

describe('the gateway with the IdP of this repository', () => {
  const idp = browserIdpForSuite({ IDP_CLIENTS: JSON.stringify(KINDS.map(clientOf)) });
  const apps = appsForSuite();
  let database: HubDatabase;
  let echo: EchoService;

  beforeAll(async () => {
    const [url, service] = await Promise.all([freshDatabase('hub'), EchoService.start()]);
    [database, echo] = [new HubDatabase(url), service];
    const idpOf = (kind: (typeof KINDS)[number]) => ({
      ...{ issuer: idp().issuer, refreshTokens: kind },
      client: { id: `gateway-${kind}`, secret: { env: 'CLIENT_SECRET' } },
    });
    const sites = {
      idps: { stay: idpOf('stay'), rotate: idpOf('rotate') },
      services: { echo: { origin: echo.origin, credential: 'access_token' } },
      frontEnds: KINDS.map((kind) => ({ origin: origins[kind], idp: kind, services: ['echo'] })),
    };
    await apps().start('gateway', {
      ...{ PORT: String(port), HUB_DATABASE_URL: url, GATEWAY_URL: origins.stay, CLIENT_SECRET: SECRET },
      ...{ ASSERTION_KEYS: JSON.stringify(apps().assertionKey), TOKEN_KEYS: apps().tokenKeys },
      FRONT_ENDS: stringify(sites),
    });
  }, 90_000);
  afterAll(async () => {
    await database.$disconnect();
    echo.stop();
  });

  const client = (kind: string) => ({ where: { clientId: `gateway-${kind}` } });
  const rowOf = (kind: string) => database.ssoSession.findFirstOrThrow(client(kind));
  const expire = (kind: string) =>
    database.ssoSession.updateMany({ ...client(kind), data: { accessExpiresAt: new Date(0) } });

  it.each(KINDS)(
    'refreshes again and again where refresh tokens %s, with a verified ID token each time',
    async (kind) => {
      const ana = { ...idp().person('ana'), browser: new Browser() };
      await signIn(ana, origins[kind], idp().issuer);
      const before = await rowOf(kind);
      for (let generation = 2; generation <= 4; generation += 1) {
        await expire(kind);
        expect((await ana.browser.ask(`${origins[kind]}/bff/api/echo/`)).status).toBe(200);
        expect(await rowOf(kind)).toMatchObject({ tokenGeneration: generation, refreshState: null, endedAt: null });
      }
      const after = await rowOf(kind);
      expect(after.idToken).not.toBe(before.idToken);
      expect(after.idTokenIssuedAt).toEqual(before.idTokenIssuedAt);

      await endAllSessionsOf(idp(), ana.login);
      await expire(kind);
      expect(await ana.browser.ask(`${origins[kind]}/bff/api/echo/`)).toMatchObject({
        ...{ status: 401, body: { type: 'urn:sso:problem:sign-in-needed' } },
      });
      expect(await rowOf(kind)).toMatchObject({ refreshState: 'refused', endedAt: null });
    },
  );
});
