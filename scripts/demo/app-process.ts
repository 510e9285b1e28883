import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Child, Guard } from '../stack/guard.js';
import { REPOSITORY } from '../stack/repository.js';
import { DemoFault } from './demo-fault.js';

/** What it takes to run one app. */
export interface AppPlan {
  /** the folder under apps/ */
  readonly name: string;
  /** where its health is asked */
  readonly origin: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What an app gets of our own environment; anything else could change its configuration behind our back. */
const inherited = ['PATH', 'HOME', 'TZ', 'LANG', 'NODE_EXTRA_CA_CERTS', 'UNSAFE_FAULTS']; // the last one is said loudly
const readyTimeoutMs = 60_000;
const pauseMs = 50;
const tailLines = 15;

/** One app of the demo as a process of its own. It can be stopped and started again, at the same address. */
export class AppProcess {
  private child: Child | undefined;
  private readonly told = new WeakSet<Child>();
  private unasked: ((code: number | null) => void) | undefined;
  private readonly logFile: string;

  constructor(
    private readonly guard: Guard,
    private readonly plan: AppPlan,
    logDir: string,
  ) {
    this.logFile = join(logDir, `${plan.name}.log`);
  }

  get name(): string {
    return this.plan.name;
  }

  /** The id of the running process; 0 when there is none. */
  get pid(): number {
    return this.child?.pid ?? 0;
  }

  /** Resolves when the process that runs now has ended, however that came. */
  get exited(): Promise<number | null> {
    return this.child?.exited ?? Promise.resolve(null);
  }

  /** From now on says when a process ends that nobody has told to stop. */
  onUnaskedEnd(say: (code: number | null) => void): void {
    this.unasked = say;
  }

  /** Starts the process and returns at once; it is not ready yet. Does nothing when it runs. */
  start(): void {
    if (this.child !== undefined) return;
    const child = this.guard.spawn(process.execPath, [join(REPOSITORY, 'dist/apps', this.plan.name, 'src/main.js')], {
      name: this.plan.name,
      env: { ...pickEnv(process.env), ...this.plan.env },
      cwd: REPOSITORY,
      logFile: this.logFile,
    });
    this.child = child;
    void child.exited.then((code) => {
      if (this.child === child) this.child = undefined;
      if (!this.told.has(child)) this.unasked?.(code);
    });
  }

  /** Waits until the app says that it is ready. @throws DemoFault with the end of its log when it ends or takes too long */
  async ready(): Promise<void> {
    const child = this.child;
    if (child === undefined) throw new DemoFault(`${this.name} was not started.`);
    let ended: { readonly code: number | null } | undefined;
    void child.exited.then((code) => (ended = { code }));
    const deadline = performance.now() + readyTimeoutMs;
    let said = 'nothing';
    while (performance.now() < deadline) {
      if (ended !== undefined)
        throw await this.fault(`${this.name} ended while it was starting (${endOf(ended.code)}).`);
      const health = await askHealth(this.plan.origin);
      if (health === 'ready') return;
      said = health;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    throw await this.fault(`${this.name} is not ready after ${readyTimeoutMs / 1000} s. It says: ${said}`);
  }

  /** Asks the process to stop and waits until it is gone. Does nothing when it does not run. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child === undefined) return;
    this.told.add(child);
    await child.stop();
    if (this.child === child) this.child = undefined;
  }

  /** Gives all that the app has logged so far. */
  log(): Promise<string> {
    return readFile(this.logFile, 'utf8').catch(() => '');
  }

  /** Makes a fault that shows the end of this app's log. */
  async fault(message: string): Promise<DemoFault> {
    const tail = (await this.log()).trimEnd().split('\n').slice(-tailLines);
    return new DemoFault(message, ['The end of its log:', ...tail.map((line) => `  ${line}`)]);
  }
}

/** Says how a process ended. */
export const endOf = (code: number | null): string => (code === null ? 'by a signal' : `exit code ${code}`);

async function askHealth(origin: string): Promise<string> {
  try {
    const response = await fetch(`${origin}/health/ready`, { signal: AbortSignal.timeout(5000) });
    const text = await response.text();
    return response.status === 200 ? 'ready' : `${response.status} ${text.slice(0, 300)}`;
  } catch {
    return 'no answer';
  }
}

function pickEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(inherited.flatMap((key) => (env[key] === undefined ? [] : [[key, env[key]]])));
}
