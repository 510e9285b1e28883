import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { stringify } from 'yaml';
import { AppDatabase, HubDatabase, TokenCipher } from '#store';
import { AppProcess } from '../demo/app-process.js';
import { freePort } from '../stack/free-port.js';
import { createRunFolder, type Guard, startGuard } from '../stack/guard.js';
import { migrate } from '../stack/migrate.js';
import { type NatsServer, startNats } from '../stack/nats.js';
import { type PostgresServer, startPostgres } from '../stack/postgres.js';
import type { ChaoticIdp } from './chaotic-idp.js';

/** Everything that a run needs, real: Postgres, NATS, pollers, a service. All of it goes with {@link ChaosStack.stop}. */
export class ChaosStack {
  private constructor(
    private readonly guard: Guard,
    readonly postgres: PostgresServer,
    readonly nats: NatsServer,
    readonly hub: HubDatabase,
    readonly app: AppDatabase,
    readonly cipher: TokenCipher,
    readonly pollers: readonly AppProcess[],
    readonly service: AppProcess,
  ) {}

  static async start(idp: ChaoticIdp, pollers: number, intervalS: number): Promise<ChaosStack> {
    const dir = await createRunFolder('chaos');
    const guard = await startGuard(dir);
    const [postgres, nats] = [await startPostgres(guard, { dir }), await startNats(guard, { dir })];
    const [hubUrl, appUrl] = [await postgres.createDatabase('hub'), await postgres.createDatabase('notes')];
    await Promise.all([migrate('hub', hubUrl), migrate('app', appUrl)]);
    const secret = randomBytes(32);
    const make = async (name: string, n: number, env: Readonly<Record<string, string>>): Promise<AppProcess> => {
      const port = String(await freePort());
      const logDir = `${dir}/${name}-${n}`;
      await mkdir(logDir, { recursive: true });
      const plan = { name, origin: `http://127.0.0.1:${port}`, env: { HOST: '127.0.0.1', PORT: port, ...env } };
      return new AppProcess(guard, plan, logDir);
    };
    const main = {
      ...{ issuer: idp.issuer, profile: 'oidc-provider', client: { id: 'gateway', secret: { env: 'CLIENT_SECRET' } } },
      probe: { unsafeIntervalS: intervalS, maxPerS: 2_000, concurrency: 64 },
    };
    const pollerEnv = {
      ...{ HUB_DATABASE_URL: hubUrl, NATS_URL: nats.url, CLIENT_SECRET: 'secret-of-the-gateway' },
      ...{ TOKEN_KEYS: `k1:${secret.toString('base64')}`, IDPS: stringify({ idps: { main } }) },
    };
    const serviceEnv = {
      ...{ DATABASE_URL: appUrl, NATS_URL: nats.url, GATEWAY_URL: 'http://localhost:1', TRUSTED_ISSUER: idp.issuer },
    };
    const all = Array.from({ length: pollers }, (_, n) => make('session-poller', n, pollerEnv));
    return new ChaosStack(
      ...([guard, postgres, nats, new HubDatabase(hubUrl), new AppDatabase(appUrl)] as const),
      ...([
        new TokenCipher([{ kid: 'k1', secret }]),
        await Promise.all(all),
        await make('notes', 0, serviceEnv),
      ] as const),
    );
  }

  async stop(): Promise<void> {
    await Promise.all([this.hub.$disconnect(), this.app.$disconnect()]);
    await this.guard.stopAll();
  }
}
