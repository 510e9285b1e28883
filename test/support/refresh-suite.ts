import { afterAll, beforeAll } from '@jest/globals';
import { HubDatabase } from '#store';
import { type Apps, appsForSuite } from './apps.js';
import { freshDatabase } from './databases.js';
import { type GatewayUnderTest, startGateway } from './gateway.js';
import { EchoService, RotatingGrants } from './rotating-grants.js';
import { ScriptedIdp } from './scripted-idp.js';
import { until } from './until.js';

/** Two gateways on one database, an IdP with refresh tokens, and a service that gets access tokens. */
export class RefreshSuite {
  private constructor(
    readonly idp: ScriptedIdp,
    readonly grants: RotatingGrants,
    readonly database: HubDatabase,
    private readonly echo: EchoService,
    private readonly begin: () => Promise<GatewayUnderTest>,
  ) {}

  static async start(apps: Apps, refreshTokens: 'rotate' | 'stay'): Promise<RefreshSuite> {
    const [idp, url, echo] = await Promise.all([ScriptedIdp.start(), freshDatabase('hub'), EchoService.start()]);
    const grants = new RotatingGrants(idp, { stay: refreshTokens === 'stay' });
    const begin = () => startGateway(apps, idp, url, {}, echo.sites(refreshTokens));
    return new RefreshSuite(idp, grants, new HubDatabase(url), echo, begin);
  }

  /** Starts one more replica. */
  replica(): Promise<GatewayUnderTest> {
    return this.begin();
  }

  rowOf(sub: string) {
    return this.database.ssoSession.findFirstOrThrow({ where: { sub }, orderBy: { openedAt: 'desc' } });
  }

  /** Lets the access token of `sub` end, as time does. */
  async expire(sub: string): Promise<void> {
    await this.database.ssoSession.updateMany({ where: { sub }, data: { accessExpiresAt: new Date(0) } });
  }

  /** Lets the lease of whoever refreshes the tokens of `sub` end, as time does. */
  async endLease(sub: string): Promise<void> {
    await this.database.ssoSession.updateMany({ where: { sub }, data: { refreshSince: new Date(0) } });
  }

  async stateOf(sub: string): Promise<string | null> {
    return (await this.rowOf(sub)).refreshState;
  }

  async untilState(sub: string, state: string | null): Promise<void> {
    await until(`the refresh of ${sub} is ${state}`, async () =>
      (await this.stateOf(sub)) === state ? true : undefined,
    );
  }

  async stop(): Promise<void> {
    await this.database.$disconnect();
    this.echo.stop();
    await this.idp.stop();
  }
}

/** Gives this suite the means; gateways of it end after the last test. */
export function refreshSuite(refreshTokens: 'rotate' | 'stay'): () => RefreshSuite {
  const apps = appsForSuite();
  let suite: RefreshSuite | undefined;
  beforeAll(async () => {
    suite = await RefreshSuite.start(apps(), refreshTokens);
  }, 60_000);
  afterAll(() => suite?.stop());
  return () => suite!;
}
