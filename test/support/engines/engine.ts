import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, jest } from '@jest/globals';
import { createRunFolder, type Guard, startGuard } from '../../../scripts/stack/guard.js';

/** A page in a browser that Playwright does not drive. */
export interface EngineTab {
  /** Resolves when the document has been read. */
  goTo(url: string): Promise<void>;
  /** Runs an expression in the page and gives its value, or that of its promise, as JSON has it. */
  run<T>(expression: string): Promise<T>;
  close(): Promise<void>;
}

/** A browser, with cookies of its own. */
export interface EngineBrowser {
  tab(): Promise<EngineTab>;
  close(): Promise<void>;
}

/** Starts a browser whose files go into `dir`; `guard` ends it with the tests. */
export type StartBrowser = (guard: Guard, dir: string) => Promise<EngineBrowser>;

/** A browser that is not Chromium, and whether it is on this machine. */
export interface Engine {
  readonly name: string;
  readonly isThere: boolean;
  readonly start: StartBrowser;
}

/** Has tests in each browser; those in one that is not on this machine are skipped, and none need be there. */
export function describeIn(engines: readonly Engine[], tests: (engine: Engine) => void): void {
  for (const engine of engines)
    (engine.isThere ? describe : describe.skip)(`in ${engine.name}`, () => {
      tests(engine);
    });
}

/**
 * Gives each test of this suite a browser of its own. A test that fails is run twice more, and the log says so: on a machine that is
 * busy these engines were seen to stand still (ADR 48).
 */
export function engineForSuite({ start }: Engine): () => EngineBrowser {
  jest.retryTimes(2, { logErrorsBeforeRetry: true });
  let run: { readonly guard: Guard; readonly dir: string } | undefined;
  let browser: EngineBrowser | undefined;
  let count = 0;
  beforeAll(async () => {
    const dir = await createRunFolder('engine');
    run = { guard: await startGuard(dir), dir };
  });
  beforeEach(async () => {
    const dir = join(run!.dir, String((count += 1)));
    await mkdir(dir);
    browser = await start(run!.guard, dir);
  });
  afterEach(async () => {
    await browser?.close();
    browser = undefined;
  });
  afterAll(() => run?.guard.stopAll());
  return () => browser!;
}

/**
 * Gives the program that a variable names, or Debian's where it names none; undefined when it is not there. scripts/test.mjs
 * sets the variables, empty for what it has not found.
 */
export function programOf(variable: 'FIREFOX' | 'WEBKIT_DRIVER' | 'XVFB', debian: string): string | undefined {
  const file = process.env[variable] ?? `/usr/bin/${debian}`;
  return existsSync(file) ? file : undefined;
}
