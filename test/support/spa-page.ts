import type { BrowserContext, Page } from 'playwright-core';
import type { BrowserIdp } from './browser-idp.js';

/** Which SDK a page uses, as which client, with whatever options of the SDK a test wants. */
export interface SpaSettings {
  readonly sdk: 'auth0' | 'oidc' | 'direct';
  readonly clientId: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** What an SDK answered, or the error that it threw: `error` is the OAuth code where there is one. */
export interface Said<T> {
  readonly value?: T;
  readonly error?: string;
  readonly message?: string;
}

/** One tab with a single-page app. What is called runs in the page, on the SDK's own client. */
export class SpaPage {
  private constructor(
    readonly page: Page,
    private readonly idp: BrowserIdp,
    readonly origin: string,
  ) {}

  /** Opens the app at `origin` in a tab of its own. */
  static async open(context: BrowserContext, idp: BrowserIdp, origin: string, settings: SpaSettings): Promise<SpaPage> {
    const page = await context.newPage();
    const text = JSON.stringify({ options: {}, ...settings, issuer: idp.issuer });
    await page.goto(`${origin}/index.html`);
    await page.evaluate(`sessionStorage.setItem('settings', ${JSON.stringify(text)})`);
    await page.reload();
    return new SpaPage(page, idp, origin);
  }

  /** Calls a method of the SDK's client, such as `getTokenSilently({ cacheMode: 'off' })`. */
  call<T>(expression: string): Promise<Said<T>> {
    return this.page.evaluate<Said<T>>(`(async () => {
      try { return { value: await client.${expression} }; }
      catch (error) { return { error: error.error ?? error.name, message: error.message }; }
    })()`);
  }

  /** Calls a method that leaves the page, and waits until the browser is at `url`. */
  async leave(expression: string, url: (address: URL) => boolean): Promise<void> {
    await Promise.all([this.page.waitForURL(url), this.page.evaluate(`void client.${expression}`)]);
  }

  /** Signs in by the IdP's own form and comes back to the app. */
  async signIn(login: string, expression: string): Promise<void> {
    await this.leave(expression, ({ origin }) => origin === new URL(this.idp.issuer).origin);
    await fillSignIn(this.page, this.idp.person(login));
    await this.returned();
  }

  /** Waits until the IdP has sent the browser back. */
  async returned(): Promise<void> {
    await this.page.waitForURL(({ origin, pathname }) => origin === this.origin && pathname === '/callback.html');
    await this.page.waitForFunction('window.client !== undefined');
  }
}

/** Fills in the sign-in form that is shown, and submits it. */
export async function fillSignIn(
  page: Page,
  { login, password }: { readonly login: string; readonly password: string },
): Promise<void> {
  await page.locator('input[name=login]').fill(login);
  await page.locator('input[name=password]').fill(password);
  await page.locator('input[name=password]').press('Enter');
}
