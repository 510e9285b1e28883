import { afterAll, beforeAll } from '@jest/globals';
import { stringify } from 'yaml';
import { HubDatabase } from '#store';
import { appsForSuite, type RunningApp } from './apps.js';
import { freshDatabase } from './databases.js';
import { type GatewayUnderTest, type SiteFile, startGateway, usualSites } from './gateway.js';
import { natsForSuite } from './nats.js';
import type { IdpInput } from './poller.js';
import { ScriptedIdp } from './scripted-idp.js';

/** A gateway and a session-poller as processes on one hub, with a scripted IdP. */
export interface WatchedGateway {
  readonly idp: ScriptedIdp;
  readonly gateway: GatewayUnderTest;
  readonly poller: RunningApp;
  readonly database: HubDatabase;
}

/**
 * Gives this suite a gateway whose sessions a poller asks about every 0.4 s, unless `probe` says otherwise.
 *
 * @param options.env of the poller
 */
export function watchedGatewayForSuite(
  options: {
    readonly idp?: Partial<IdpInput>;
    readonly sites?: (usual: SiteFile) => SiteFile;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): () => WatchedGateway {
  const nats = natsForSuite();
  const apps = appsForSuite();
  let suite: WatchedGateway | undefined;
  beforeAll(async () => {
    const [idp, url] = await Promise.all([ScriptedIdp.start(), freshDatabase('hub')]);
    const { probe, ...entry } = options.idp ?? {};
    const main = {
      ...{ issuer: idp.issuer, client: { id: 'gateway', secret: { env: 'CLIENT_SECRET' } } },
      ...{ profile: 'oidc-provider', ...entry, probe: { unsafeIntervalS: 0.4, maxPerS: 1_000, ...probe } },
    };
    const gateway = await startGateway(apps(), idp, url, {}, (where) => {
      const usual = { ...usualSites(where), idps: { main } };
      return options.sites?.(usual) ?? usual;
    });
    const poller = await apps().start('session-poller', {
      ...{ HUB_DATABASE_URL: url, NATS_URL: nats().url, CLIENT_SECRET: 'secret-of-the-gateway' },
      ...{ IDPS: stringify({ idps: { main } }), TOKEN_KEYS: apps().tokenKeys, ...options.env },
    });
    suite = { idp, gateway, poller, database: new HubDatabase(url) };
  }, 120_000);
  afterAll(async () => {
    await suite?.database.$disconnect();
    await suite?.idp.stop();
  });
  return () => suite!;
}
