import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubDatabase } from '#store';
import { stringify } from 'yaml';
import { Browser } from '../../scripts/demo/browser.js';
import { freePort } from '../../scripts/stack/free-port.js';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { usualSites } from '../support/gateway.js';
import { natsForSuite } from '../support/nats.js';
import { PlainProvider } from '../support/plain-provider.js';
import { until } from '../support/until.js';

describe('gateway and poller with an IdP that is not ours: plain oidc-provider, no refresh tokens, no sid', () => {
  const nats = natsForSuite();
  const apps = appsForSuite();
  let idp: PlainProvider;
  let database: HubDatabase;
  let [a, b] = ['', ''];

  beforeAll(async () => {
    const port = await freePort();
    [a, b] = [`http://localhost:${port}`, `http://127.0.0.1:${port}`];
    idp = await PlainProvider.start(() => [`${a}/bff/callback`, `${b}/bff/callback`]);
    const hub = await freshDatabase('hub');
    database = new HubDatabase(hub);
    const client = {
      HUB_DATABASE_URL: hub,
      ISSUER: idp.issuer,
      CLIENT_ID: 'gateway',
      CLIENT_SECRET: 'secret-of-the-gateway',
      TOKEN_KEYS: apps().tokenKeys,
    };
    const entry = { issuer: idp.issuer, client: { id: 'gateway', secret: { env: 'CLIENT_SECRET' } } };
    await Promise.all([
      apps().start('gateway', {
        ...client,
        ...{
          PORT: String(port),
          FRONT_ENDS: stringify(usualSites({ issuer: idp.issuer, origins: [a, b] })),
          GATEWAY_URL: a,
        },
        ...{ ASSERTION_KEYS: JSON.stringify(apps().assertionKey), FIRST_PROBE_WITHIN_S: '0.5' },
      }),
      apps().start('session-poller', {
        ...client,
        NATS_URL: nats().url,
        IDPS: stringify({ idps: { main: { ...entry, profile: 'oidc-provider', probe: { unsafeIntervalS: 0.5 } } } }),
      }),
    ]);
  }, 90_000);
  afterAll(async () => {
    await database.$disconnect();
    await idp.stop();
  });

  const userOf = async (browser: Browser, frontEnd: string) => {
    const { status, body } = await browser.ask(`${frontEnd}/bff/user?slide=false`);
    const claims = Array.isArray(body)
      ? new Map((body as { type: string; value: unknown }[]).map(({ type, value }) => [type, value]))
      : undefined;
    return { status, sub: claims?.get('sub'), body: body as { reason?: string } };
  };

  it('signs in, signs in silently at the other front end, and finds out that the session has ended', async () => {
    const [ana, ben] = [new Browser(), new Browser()];
    idp.visitor = 'ben';
    await ben.open(`${a}/bff/login?returnUrl=/bff/user`);
    idp.visitor = 'ana';
    await ana.open(`${a}/bff/login?returnUrl=/bff/user`);
    expect(await userOf(ana, a)).toMatchObject({ status: 200, sub: 'ana' });
    const landed = await ana.open(`${b}/bff/login?prompt=none`);
    expect(landed.url.search).toBe('');
    expect(await userOf(ana, b)).toMatchObject({ status: 200, sub: 'ana' });

    await until('the poller has heard that every session is active', async () => {
      const rows = await database.ssoSession.findMany();
      return rows.length === 3 && rows.every(({ idpCheckedAt, openedAt }) => idpCheckedAt > openedAt)
        ? true
        : undefined;
    });
    await idp.endQuietly(await ana.cookie(idp.issuer, 'plain_session'));
    for (const frontEnd of [a, b]) {
      const seen = await until('signed out', async () => {
        const user = await userOf(ana, frontEnd);
        return user.status === 401 ? user : undefined;
      });
      expect(seen.body.reason).toBe('poll_session_ended');
    }
    expect(await userOf(ben, a)).toMatchObject({ status: 200, sub: 'ben' });
    const refused = await ana.open(`${a}/bff/login?prompt=none`);
    expect(refused.url.searchParams.get('silent')).toBe('login_required');
  });
});
