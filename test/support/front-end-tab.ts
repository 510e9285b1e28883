import type { BrowserContext, Page, Request } from 'playwright-core';
import type { BrowserStack } from './browser-stack.js';
import { fillSignIn } from './spa-page.js';

/** A state that a front end's page has shown. */
export interface Shown {
  readonly status: 'unknown' | 'signed_in' | 'signed_out';
  readonly reason?: string;
  readonly user?: { readonly sub: string; readonly sid: string };
  readonly silent?: { readonly outcome: string; readonly via: string };
  /** since the page was opened */
  readonly atMs: number;
  /** time of day */
  readonly dayMs: number;
}

/** A frame that was put into the page, and its size when it was. */
export interface PutFrame {
  readonly src: string;
  readonly width: number;
  readonly height: number;
}

const PATIENCE_MS = 60_000;

/** One tab with a front end's page, and all that could be seen of it. */
export class FrontEndTab {
  /** the addresses that the whole page went to, the oldest first */
  readonly went: string[] = [];

  private constructor(
    readonly page: Page,
    readonly origin: string,
  ) {
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame()) this.went.push(frame.url());
    });
  }

  /** Opens the page of the front end at `origin` in a tab of its own; `options` are those of `createSession`. */
  static async open(context: BrowserContext, origin: string, options: object = {}): Promise<FrontEndTab> {
    const tab = new FrontEndTab(await context.newPage(), origin);
    await tab.goTo(options);
    return tab;
  }

  /** Signs somebody in by the IdP's own form, and opens the page. */
  static async signedIn(
    context: BrowserContext,
    stack: BrowserStack,
    { origin, login = 'ana', options = {} }: { origin: string; login?: string; options?: object },
  ): Promise<FrontEndTab> {
    const page = await context.newPage();
    await page.goto(`${origin}/bff/login?returnUrl=/page.js`);
    await fillSignIn(page, stack.person(login));
    await page.waitForURL(`${origin}/page.js`);
    await page.close();
    const tab = await FrontEndTab.open(context, origin, options);
    await tab.until('signed_in');
    return tab;
  }

  async goTo(options: object = {}): Promise<void> {
    const query = new URLSearchParams({ options: JSON.stringify(options) }).toString();
    await this.page.goto(`${this.origin}/?${query}`, { waitUntil: 'commit' });
  }

  /** Waits until the page shows a status. */
  async until(status: Shown['status']): Promise<Shown> {
    await this.page.locator('#status', { hasText: new RegExp(`^${status}$`) }).waitFor({ timeout: PATIENCE_MS });
    return (await this.shown()).findLast((one) => one.status === status)!;
  }

  /** Waits until the page shows how a silent sign-in ended. */
  async untilOutcome(outcome: string): Promise<void> {
    await this.page.locator('#outcome', { hasText: new RegExp(`^${outcome}$`) }).waitFor({ timeout: PATIENCE_MS });
  }

  shown(): Promise<readonly Shown[]> {
    return this.page.evaluate<Shown[]>('window.shown');
  }

  async now(): Promise<Shown> {
    return (await this.shown()).at(-1)!;
  }

  /** Every frame that this page has ever had, and how many are left. */
  async frames(): Promise<{ readonly put: readonly PutFrame[]; readonly left: number }> {
    return this.page.evaluate('({ put: window.frames_, left: document.querySelectorAll("iframe").length })');
  }

  call<T>(expression: string): Promise<T> {
    return this.page.evaluate<T>(`window.session.${expression}`);
  }

  /** Comes back to the tab as a person does who was elsewhere. */
  async comeBack(): Promise<void> {
    await this.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  }

  /** Asks a service as the page does, and gives the status. */
  ask(path: string): Promise<number> {
    return this.page.evaluate<number>(
      `fetch('/bff/api/${path}', { headers: { 'x-csrf': '1' } }).then(({ status }) => status)`,
    );
  }
}

/** What a browser has asked for since it is watched: everything of every tab and frame. */
export class Requests {
  private readonly sent: Request[] = [];
  private readonly over = new Set<Request>();

  constructor(context: BrowserContext) {
    context.on('request', (request) => this.sent.push(request));
    for (const event of ['requestfinished', 'requestfailed'] as const)
      context.on(event as 'requestfinished', (request) => this.over.add(request));
  }

  count(part: string): number {
    return this.of(part).length;
  }

  /** Those that are under way, such as event streams. */
  open(part: string): number {
    return this.of(part).filter((request) => !this.over.has(request)).length;
  }

  of(part: string): readonly Request[] {
    return this.sent.filter((request) => request.url().includes(part));
  }

  forget(): void {
    this.sent.length = 0;
  }
}

/** The middle of several numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Prints what was measured as one line. */
export function printMeasured(what: string, numbers: readonly number[]): void {
  const [middle, worst] = [median(numbers), Math.max(...numbers)].map((ms) => ms.toFixed(0));
  process.stdout.write(`measured: ${what}: median ${middle} ms, worst ${worst} ms of ${numbers.length}\n`);
}
