import type { BrowserContext, Page, Request } from 'playwright-core';
import type { BrowserIdp } from './browser-idp.js';
import { fillSignIn } from './spa-page.js';

/** What a page says about itself. */
export interface DirectState {
  readonly status: string;
  readonly user?: { readonly sub: string; readonly name: string };
  readonly reason?: string;
  readonly silent?: { readonly outcome: string; readonly via: string };
}

/** One tab with a page that talks to the IdP by itself: `client` in it is a direct session. */
export class DirectTab {
  /** what the tab and its frames asked the IdP, newest last: paths */
  readonly asked: string[] = [];
  readonly warnings: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly idp: Pick<BrowserIdp, 'issuer' | 'person'>,
    readonly origin: string,
  ) {
    page.on('request', (request: Request) => {
      const { origin: to, pathname } = new URL(request.url());
      if (to === new URL(idp.issuer).origin) this.asked.push(pathname);
    });
    page.on('console', (message) => {
      if (message.type() === 'warning') this.warnings.push(message.text());
    });
  }

  /** Opens the app in a tab of its own, and does not wait for what it finds out. */
  static async open(
    context: BrowserContext,
    idp: Pick<BrowserIdp, 'issuer' | 'person'>,
    origin: string,
    options: Readonly<Record<string, unknown>> = {},
    clientId = 'spa',
  ): Promise<DirectTab> {
    const page = await context.newPage();
    const tab = new DirectTab(page, idp, origin);
    const settings = JSON.stringify({ sdk: 'direct', clientId, issuer: idp.issuer, options });
    await page.addInitScript(
      `if (location.origin === ${JSON.stringify(origin)}) sessionStorage.setItem('settings', ${JSON.stringify(settings)})`,
    );
    await page.goto(`${origin}/index.html?page=1#here`);
    return tab;
  }

  /** Runs an expression on the session. */
  call<T>(expression: string): Promise<T> {
    return this.page.evaluate<T>(`client.${expression}`);
  }

  /** Waits until the state is as an expression on `state` says, and gives it. */
  async until(expression: string): Promise<DirectState> {
    await this.page.waitForFunction(`window.client && (({ state }) => ${expression})(client)`, undefined, {
      timeout: 60_000,
      polling: 25, // else at each frame that is painted: a tab behind others paints none
    });
    return this.call<DirectState>('state');
  }

  /** Signs in by the IdP's own form and waits until the app knows. */
  async signIn(login: string): Promise<DirectState> {
    await Promise.all([
      this.page.waitForURL(({ origin }) => origin === new URL(this.idp.issuer).origin),
      this.page.evaluate('void client.signIn({ prompt: "login" })'),
    ]);
    await fillSignIn(this.page, this.idp.person(login));
    await this.page.waitForURL(({ origin }) => origin === this.origin);
    return this.until("state.silent?.via === 'redirect'");
  }

  /** Everything that a page could leave behind. */
  remains(): Promise<string> {
    return this.page.evaluate<string>(
      `JSON.stringify([{ ...localStorage }, { ...sessionStorage, settings: '' }, document.cookie, location.href, document.documentElement.outerHTML, history.state])`,
    );
  }
}
