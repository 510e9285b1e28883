import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubDatabase } from '#store';
import { stringify } from 'yaml';
import { Browser } from '../../scripts/demo/browser.js';
import { signIn } from '../../scripts/demo/story/actor.js';
import { freePort } from '../../scripts/stack/free-port.js';
import { appsForSuite } from '../support/apps.js';
import { browserIdpForSuite, operate } from '../support/browser-idp.js';
import { freshDatabase } from '../support/databases.js';
import { natsForSuite } from '../support/nats.js';
import { until } from '../support/until.js';

const port = await freePort();
const a = `http://localhost:${port}`;
const SECRET = 'a-secret-of-the-test-that-is-long-enough';
const IDLE_S = 6;

/** It is told nothing by push: the poller has to find out. */
const client = {
  ...{ client_id: 'gateway', client_secret: SECRET, client_name: 'Gateway', first_party: true },
  ...{ token_endpoint_auth_method: 'client_secret_basic', response_types: ['code'] },
  ...{ grant_types: ['authorization_code', 'refresh_token'], redirect_uris: [`${a}/bff/callback`] },
};

describe('the session-poller and the IdP of this repository', () => {
  const nats = natsForSuite();
  const apps = appsForSuite();
  const idp = browserIdpForSuite({ IDP_CLIENTS: JSON.stringify([client]), SESSION_IDLE_S: String(IDLE_S) });
  let database: HubDatabase;

  beforeAll(async () => {
    const url = await freshDatabase('hub');
    database = new HubDatabase(url);
    const main = {
      ...{ issuer: idp().issuer, client: { id: 'gateway', secret: { env: 'CLIENT_SECRET' } } },
      ...{ profile: 'session-sync', probe: { unsafeIntervalS: 0.5 } },
    };
    const shared = { HUB_DATABASE_URL: url, CLIENT_SECRET: SECRET, TOKEN_KEYS: apps().tokenKeys };
    await Promise.all([
      apps().start('gateway', {
        ...{ ...shared, PORT: String(port), GATEWAY_URL: a, FIRST_PROBE_WITHIN_S: '0.5' },
        ASSERTION_KEYS: JSON.stringify(apps().assertionKey),
        FRONT_ENDS: stringify({ idps: { main }, frontEnds: [{ origin: a }] }),
      }),
      apps().start('session-poller', { ...shared, NATS_URL: nats().url, IDPS: stringify({ idps: { main } }) }),
    ]);
  }, 120_000);
  afterAll(() => database.$disconnect());

  it('T147: a session that is asked about all the time idles out on time all the same, and its end is found', async () => {
    const ana = { ...idp().person('ana'), browser: new Browser() };
    await signIn(ana, a, idp().issuer);
    const confirmations = new Set<number>();
    const ended = await until('the end is found', async () => {
      const row = await database.ssoSession.findFirstOrThrow({ where: { sub: ana.sub } });
      confirmations.add(row.idpCheckedAt.getTime());
      return row.endedAt === null ? undefined : row;
    });
    expect(ended.endCause).toBe('poll_session_ended');
    expect(confirmations.size).toBeGreaterThan(4);
    expect(await operate(idp(), 'GET', '/admin/sessions?login=ana')).toEqual([]);
    const livedMs = ended.idpCheckedAt.getTime() - ended.openedAt.getTime();
    expect(livedMs).toBeLessThan((IDLE_S + 2) * 1000); // the last confirmation came before the idle time was over
  });
});
