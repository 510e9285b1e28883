import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { afterAll, beforeAll } from '@jest/globals';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { AppProcess } from '../../scripts/demo/app-process.js';
import { freePort } from '../../scripts/stack/free-port.js';
import { createRunFolder, startGuard, type Guard } from '../../scripts/stack/guard.js';

/** Starts apps as the processes that they are in production, from the build. */
export class Apps {
  private constructor(
    private readonly guard: Guard,
    private readonly dir: string,
    /** what all of a cluster's gateways and pollers share */
    readonly tokenKeys: string,
    readonly assertionKey: JWK,
  ) {}

  static async make(): Promise<Apps> {
    const dir = await createRunFolder('apps');
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const assertionKey = { ...(await exportJWK(privateKey)), kid: 'a1' };
    return new Apps(await startGuard(dir), dir, `k1:${randomBytes(32).toString('base64')}`, assertionKey);
  }

  /** Starts `app` on a free port and waits until it is ready. */
  async start(app: string, env: Readonly<Record<string, string>>): Promise<RunningApp> {
    const port = Number(env.PORT ?? (await freePort()));
    const origin = `http://127.0.0.1:${port}`;
    const logDir = `${this.dir}/${port}`;
    await mkdir(logDir, { recursive: true });
    const process = new AppProcess(
      this.guard,
      { name: app, origin, env: { HOST: '127.0.0.1', PORT: String(port), ...env } },
      logDir,
    );
    process.start();
    await process.ready();
    return { origin, port, process, kill: () => kill(process), stop: () => process.stop() };
  }

  stopAll(): Promise<void> {
    return this.guard.stopAll();
  }
}

/** An app that runs. */
export interface RunningApp {
  readonly origin: string;
  readonly port: number;
  readonly process: AppProcess;
  /** SIGKILL; resolves when it is gone */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

async function kill(app: AppProcess): Promise<void> {
  process.kill(app.pid, 'SIGKILL');
  await app.exited;
}

/** Gives this suite its apps; all of them end after the last test. */
export function appsForSuite(): () => Apps {
  let apps: Apps | undefined;
  beforeAll(async () => {
    apps = await Apps.make();
  });
  afterAll(() => apps?.stopAll());
  return () => apps!;
}
