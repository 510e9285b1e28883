import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';

const launchOptions = () => ({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', // set by scripts/test.mjs, which also installs it
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});

/** What a suite wants to be different. */
export interface ChromiumWishes {
  /** pages that are left stay in memory, as in everybody's browser; `page.goBack()` never ends then */
  readonly backForwardCache?: boolean;
}

/** Gives this suite a headless Chromium as it comes: third-party cookies are blocked. Each context is a browser of its own. */
export function chromiumForSuite({ backForwardCache = false }: ChromiumWishes = {}): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    const without = backForwardCache ? { ignoreDefaultArgs: ['--disable-back-forward-cache'] } : {};
    browser = await chromium.launch({ ...launchOptions(), ...without });
  });
  afterAll(() => browser?.close());
  return () => browser!;
}

/** Runs `use` in a Chromium whose owner allows third-party cookies. Only a whole profile can do so. */
export async function withThirdPartyCookies<T>(use: (context: BrowserContext) => Promise<T>): Promise<T> {
  const profile = await mkdtemp(join(tmpdir(), 'session-sync-profile-'));
  await mkdir(join(profile, 'Default'));
  await writeFile(join(profile, 'Default', 'Preferences'), '{"profile":{"cookie_controls_mode":0}}');
  const context = await chromium.launchPersistentContext(profile, launchOptions());
  try {
    return await use(context);
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}
