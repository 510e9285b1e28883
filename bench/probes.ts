import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { HubDatabase, TokenCipher } from '#store';
import { putSessions } from '../scripts/chaos/put-sessions.js';
import { freePort } from '../scripts/stack/free-port.js';
import { type Child, createRunFolder, type Guard, startGuard } from '../scripts/stack/guard.js';
import { migrate } from '../scripts/stack/migrate.js';
import { startNats } from '../scripts/stack/nats.js';
import { startPostgres } from '../scripts/stack/postgres.js';
import { REPOSITORY } from '../scripts/stack/repository.js';
import { cpuMs, interleave, type Measured } from './measure.js';
import type { Options, Report } from './report.js';

const CONCURRENCY = 64;
/** so short that more are due than can be asked about, all the time */
const INTERVAL_S = 0.5;
const WARM_UP_MS = 6_000;
/** compiled code is what is measured, also on a machine that gives each program little time */
const WARM_UP_PROBES = 12_000;

/**
 * The session-poller as it is in production, with sessions that are always due, against a bare loop of the same HTTP client, and
 * one of fetch, on the same IdP. Each has the machine for itself while it is its turn; Postgres and the IdP run beside both.
 */
export async function probes({ seconds, rounds, warmUps, browsers, flags }: Options): Promise<Report> {
  const sessions = browsers < 20 ? 500 : 20_000;
  const dir = await createRunFolder('bench-probes');
  const guard = await startGuard(dir);
  try {
    const bench = await ProbeBench.start(guard, dir, sessions, warmUps > 0);
    const rows = await interleave(
      {
        'session-poller': () => bench.turn('apps/session-poller/src/main.js', flags, seconds),
        'bare loop': () => bench.turn('bench/bare-probes.js', [], seconds, { CLIENT: 'http' }),
        'bare loop of fetch': () => bench.turn('bench/bare-probes.js', [], seconds, { CLIENT: 'fetch' }),
      },
      rounds,
    );
    const { 'session-poller': ours, 'bare loop': bare, 'bare loop of fetch': fetched } = rows;
    return {
      name: 'probes',
      rows,
      figures: {
        'probes/s, to the bare loop (target 0.7)': ours.perSecond / bare.perSecond,
        'the same by processor time of the asking process': bare.cpuUs / ours.cpuUs,
        'probes/s, to the bare loop of fetch': ours.perSecond / fetched.perSecond,
        'the same by processor time': fetched.cpuUs / ours.cpuUs,
      },
    };
  } finally {
    await guard.stopAll();
  }
}

class ProbeBench {
  private constructor(
    private readonly guard: Guard,
    private readonly dir: string,
    private readonly stub: string,
    private readonly env: Readonly<Record<string, string>>,
    private readonly warmsUp: boolean,
  ) {}

  static async start(guard: Guard, dir: string, sessions: number, warmsUp: boolean): Promise<ProbeBench> {
    const [postgres, nats, port] = [
      await startPostgres(guard, { dir }),
      await startNats(guard, { dir }),
      await freePort(),
    ];
    const hubUrl = await postgres.createDatabase('hub');
    await migrate('hub', hubUrl);
    const stub = `http://127.0.0.1:${port}`;
    const issuer = `http://localhost:${port}`;
    const secret = randomBytes(32);
    const hub = new HubDatabase(hubUrl);
    await putSessions({
      hub,
      cipher: new TokenCipher([{ kid: 'k1', secret }]),
      iss: issuer,
      count: sessions,
      intervalMs: 0,
    });
    await hub.$executeRaw`ANALYZE`; // as autovacuum does within a minute
    await hub.$disconnect();
    const main = {
      issuer,
      profile: 'oidc-provider',
      client: { id: 'gateway', secret: { env: 'CLIENT_SECRET' } },
      probe: { unsafeIntervalS: INTERVAL_S, maxPerS: 100_000, concurrency: CONCURRENCY },
    };
    const env = {
      ...{ HUB_DATABASE_URL: hubUrl, NATS_URL: nats.url, CLIENT_SECRET: 'secret-of-the-gateway', LOG_FORMAT: 'json' },
      ...{ TOKEN_KEYS: `k1:${secret.toString('base64')}`, IDPS: stringify({ idps: { main } }) },
      ...{ STUB: stub, CONCURRENCY: String(CONCURRENCY), TOKENS: String(sessions) },
    };
    const bench = new ProbeBench(guard, dir, stub, env, warmsUp);
    bench.spawn('bench/introspection-stub.js', [], { PORT: String(port) });
    while ((await fetch(`${stub}/count`).catch(() => undefined)) === undefined) await pause(50);
    return bench;
  }

  /** Lets one program ask for a while, and counts at the IdP. */
  async turn(program: string, flags: readonly string[], seconds: number, env = {}): Promise<Measured> {
    const before = await this.count();
    const child = this.spawn(program, flags, { PORT: String(await freePort()), ...env });
    while ((await this.count()) === before) await pause(50);
    if (this.warmsUp) await pause(WARM_UP_MS);
    while (this.warmsUp && (await this.count()) - before < WARM_UP_PROBES) await pause(50);
    const [from, cpuFrom, at] = [await this.count(), await cpuMs(child.pid), performance.now()];
    await pause(seconds * 1_000);
    while ((await this.count()) === from) await pause(50); // a busy machine gave it nothing of a quick run's one second
    const [asked, cpu, tookMs] = [
      (await this.count()) - from,
      (await cpuMs(child.pid)) - cpuFrom,
      performance.now() - at,
    ];
    await child.stop();
    return {
      perSecond: (asked * 1_000) / tookMs,
      cpuUs: (cpu * 1_000) / Math.max(1, asked),
      p50Ms: 0,
      p99Ms: 0,
      failed: 0,
    };
  }

  private async count(): Promise<number> {
    const { count } = (await (await fetch(`${this.stub}/count`)).json()) as { readonly count: number };
    return count;
  }

  private spawn(program: string, flags: readonly string[], env: Readonly<Record<string, string>>): Child {
    return this.guard.spawn(process.execPath, [...flags, join(REPOSITORY, 'dist', program)], {
      ...{ name: program, cwd: REPOSITORY, logFile: join(this.dir, `${program.replaceAll('/', '-')}.log`) },
      env: { ...process.env, NODE_ENV: 'production', HOST: '127.0.0.1', ...this.env, ...env },
    });
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
