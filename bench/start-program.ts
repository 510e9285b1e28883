import { join } from 'node:path';
import { freePort } from '../scripts/stack/free-port.js';
import type { Child, Guard } from '../scripts/stack/guard.js';
import { REPOSITORY } from '../scripts/stack/repository.js';

/** A server that runs. */
export interface Server {
  readonly pid: number;
  readonly origin: string;
}

/** What is started. */
export interface Program {
  /** its file in `dist` */
  readonly file: string;
  /** default: a free one */
  readonly port?: number;
  /** answers below 500 when the server is ready */
  readonly readyPath: string;
  readonly env: Readonly<Record<string, string>>;
  /** for Node */
  readonly flags: readonly string[];
}

/** Starts a server of this build; resolves when it is ready. Its log is in `dir`, by its port. */
export async function startProgram(guard: Guard, dir: string, program: Program): Promise<Server> {
  const { file, readyPath, env, flags } = program;
  const port = program.port ?? (await freePort());
  const logFile = join(dir, `${port}.log`);
  const child: Child = guard.spawn(process.execPath, [...flags, join(REPOSITORY, 'dist', file)], {
    ...{ name: file, cwd: REPOSITORY, logFile },
    env: { ...process.env, NODE_ENV: 'production', HOST: '127.0.0.1', PORT: String(port), ...env },
  });
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    const response = await fetch(`http://127.0.0.1:${port}${readyPath}`).catch(() => undefined);
    if (response !== undefined && response.status < 500) return { pid: child.pid, origin: `http://localhost:${port}` };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${file} is not ready; its log is ${logFile}`);
}
