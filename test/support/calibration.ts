import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser, type Page } from '../../scripts/demo/browser.js';
import type { Conclusion } from '../../scripts/sso/calibrate/conclude.js';
import type { Findings } from '../../scripts/sso/calibrate/findings.js';
import { goThrough, type SignInForm } from './flow-idps.js';
import { until } from './until.js';

export const CLIENT_SECRET = 'a-secret-of-the-test-that-is-long-enough';

/** What one run of the command left behind. */
export interface Calibrated {
  readonly code: number | null;
  /** all that it printed */
  readonly output: string;
  readonly result: { readonly findings: Findings; readonly conclusion: Conclusion; readonly yaml: string };
}

/** One run of the command as a process, and the person in front of it. */
export class CalibrationRun {
  output = '';
  private readonly exited: Promise<unknown>;
  private constructor(
    readonly origin: string,
    readonly child: ChildProcess,
    private readonly folder: string,
  ) {
    this.exited = once(child, 'exit');
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text) => (this.output += String(text)));
  }

  static async start(issuer: string, port: number, more: readonly string[] = []): Promise<CalibrationRun> {
    const folder = await mkdtemp(join(tmpdir(), 'calibration-'));
    const secretFile = join(folder, 'secret');
    await writeFile(secretFile, `${CLIENT_SECRET}\n`, { mode: 0o600 });
    const argv = ['dist/scripts/sso/main.js', 'probe-calibrate', issuer, '--client-id', 'gateway'];
    const own = ['--client-secret-file', secretFile, '--port', String(port), '--json'];
    const child = spawn(process.execPath, [...argv, ...own, ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
    const run = new CalibrationRun(`http://localhost:${port}`, child, folder);
    await until('the command says what to open', () => (/Open http|sso /.test(run.output) ? true : undefined));
    return run;
  }

  /** Does what the page says until the command is done. */
  async follow(issuer: string, form?: SignInForm): Promise<Calibrated> {
    const browser = new Browser();
    while (this.child.exitCode === null && this.child.signalCode === null) {
      const page = await goThrough(browser, `${this.origin}/`, issuer, form).catch(() => undefined);
      if (page !== undefined) await this.obey(browser, page, issuer, form);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return this.end();
  }

  /** Waits for the end of the process. */
  async end(): Promise<Calibrated> {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.exited;
    await rm(this.folder, { recursive: true, force: true });
    const last = this.output.trimEnd().split('\n').at(-1) ?? '';
    const result = (last.startsWith('{') ? JSON.parse(last) : {}) as Calibrated['result'];
    return { code: this.child.exitCode, output: this.output, result };
  }

  private async obey(browser: Browser, page: Page, issuer: string, form?: SignInForm): Promise<void> {
    const to = (label: string) => new RegExp(`href="(/go/[^"]+)"[^>]*>${label}</a>`).exec(page.html)?.[1];
    const press = async (label: string) => {
      const href = to(label);
      if (href !== undefined) await goThrough(browser, this.origin + href, issuer, form);
    };
    await press('Sign in');
    await press('Sign out at the IdP');
    await press('I have signed out');
  }
}
