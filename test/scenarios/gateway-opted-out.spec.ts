import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubDatabase } from '#store';
import { stringify } from 'yaml';
import { Browser } from '../../scripts/demo/browser.js';
import { signIn } from '../../scripts/demo/story/actor.js';
import { freePort } from '../../scripts/stack/free-port.js';
import { appsForSuite } from '../support/apps.js';
import { browserIdpForSuite } from '../support/browser-idp.js';
import { freshDatabase } from '../support/databases.js';
import { endCoolDowns, forgetChecks } from '../support/silent.js';
import { until } from '../support/until.js';

const port = await freePort();
const origins = { trusting: `http://localhost:${port}`, strict: `http://127.0.0.1:${port}` };
const KINDS = ['trusting', 'strict'] as const;
type Kind = (typeof KINDS)[number];
const SECRET = 'a-secret-of-the-test-that-is-long-enough';

const clientOf = (kind: Kind) => ({
  ...{ client_id: `gateway-${kind}`, client_secret: SECRET, client_name: kind, first_party: true },
  ...{ token_endpoint_auth_method: 'client_secret_basic', response_types: ['code'] },
  ...{ grant_types: ['authorization_code', 'refresh_token'], refresh_token_rotation: false },
  redirect_uris: [`${origins[kind]}/bff/callback`],
});

describe('somebody who wants no automatic sign-in at the IdP, and is asked about silently', () => {
  const idp = browserIdpForSuite({ IDP_CLIENTS: JSON.stringify(KINDS.map(clientOf)) });
  const apps = appsForSuite();
  let database: HubDatabase;

  beforeAll(async () => {
    const url = await freshDatabase('hub');
    database = new HubDatabase(url);
    const idpOf = (kind: Kind) => ({
      ...{ issuer: idp().issuer, refreshTokens: 'stay', tokensEndWithSession: kind === 'trusting' },
      client: { id: `gateway-${kind}`, secret: { env: 'CLIENT_SECRET' } },
    });
    const sites = {
      idps: { trusting: idpOf('trusting'), strict: idpOf('strict') },
      frontEnds: KINDS.map((kind) => ({ origin: origins[kind], idp: kind })),
    };
    await apps().start('gateway', {
      ...{ PORT: String(port), HUB_DATABASE_URL: url, GATEWAY_URL: origins.trusting, CLIENT_SECRET: SECRET },
      ...{ ASSERTION_KEYS: JSON.stringify(apps().assertionKey), TOKEN_KEYS: apps().tokenKeys },
      FRONT_ENDS: stringify(sites),
    });
  }, 90_000);
  afterAll(() => database.$disconnect());

  /** Presses the button of the account page, in a browser that is signed in. */
  async function optOut(browser: Browser): Promise<void> {
    const page = await browser.open(`${idp().issuer}account`);
    const form = page.forms.find(({ action }) => action.endsWith('/automatic'));
    const { html } = await browser.submit(page, form!);
    expect(html).toContain('You will be asked before you are signed in to an app.');
  }

  it.each([
    { kind: 'trusting', login: 'ana', status: 200, endCause: null, why: 'the tokens end with the session' },
    { kind: 'strict', login: 'ben', status: 401, endCause: 'silent_check', why: 'tokens prove nothing' },
  ] as const)('hears login_required, and is answered $status then where $why', async (row) => {
    const [frontEnd, person] = [origins[row.kind], { ...idp().person(row.login), browser: new Browser() }];
    const silently = async () => {
      const { url } = await person.browser.open(`${frontEnd}/bff/login?prompt=none&returnUrl=/`);
      return url.searchParams.get('silent');
    };
    await signIn(person, frontEnd, idp().issuer);
    await optOut(person.browser);
    await forgetChecks(database, person.sub);
    const outcome = await until('the gateway has forgotten that it was asked a moment ago', async () => {
      await endCoolDowns(database);
      return (await silently()) ?? undefined;
    });
    expect(outcome).toBe('login_required');
    expect((await person.browser.ask(`${frontEnd}/bff/user`)).status).toBe(row.status);
    expect(await database.ssoSession.findFirstOrThrow({ where: { sub: person.sub } })).toMatchObject({
      endCause: row.endCause,
    });
  });
});
