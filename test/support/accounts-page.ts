import type { BrowserContext, Page } from 'playwright-core';
import type { BrowserIdp } from './browser-idp.js';
import { sdkScript } from './browser-sdk.js';
import { fillSignIn } from './spa-page.js';
import { until } from './until.js';

/** How the pages of a site set up `accounts`. */
export interface AccountsSetup {
  readonly origin: string;
  readonly clientId?: string;
  /** members of the SDK's own options, written as a script */
  readonly options?: string;
  /** runs before the SDK does */
  readonly before?: string;
  /** where the script comes from: default the site itself */
  readonly sdk?: string;
}

/** What the callback was given, and what else a test wants to know of a page. */
export interface Answer {
  readonly credential?: string;
  readonly error?: string;
  readonly outcome: string;
}

/** Serves pages that use `accounts` at the origin, under the policy that the documentation names. Gives what opens them. */
export async function serveAccounts(context: BrowserContext, { issuer, site }: BrowserIdp, setup: AccountsSetup) {
  const { origin, clientId = 'spa', options = '', before = '', sdk = `${origin}/sdk.js` } = setup;
  const idp = new URL(issuer).origin;
  const policy = `default-src 'none'; script-src 'self' ${new URL(sdk).origin}; connect-src ${idp}; frame-src ${idp}; require-trusted-types-for 'script'`;
  const page = `<!doctype html><title>A shop</title><script src="/before.js"></script><script src="${sdk}"></script><script src="/app.js"></script>`;
  const app = `window.answers = [];
    sessionSync.accounts.id.initialize({
      client_id: '${clientId}', callback: (answer) => answers.push(answer), auto_select: true, issuer: '${issuer}',
      redirect_uri: location.origin + '/callback.html', ${options}
    });`;
  const body = sdkScript('accounts');
  const script = { 'content-type': 'text/javascript' };
  const document = { 'content-type': 'text/html', 'content-security-policy': policy };
  for (const path of ['/index.html', '/callback.html', '/goods.html'])
    site.files.set(path, { body: page, headers: document });
  site.files.set('/before.js', { body: before, headers: script });
  site.files.set('/sdk.js', { body, headers: script });
  site.files.set('/app.js', { body: app, headers: script });
  if (!sdk.startsWith(origin)) await context.route(sdk, (route) => route.fulfill({ body, headers: script }));
  return async (path = '/index.html'): Promise<AccountsPage> => {
    const opened = await context.newPage();
    const accounts = new AccountsPage(opened, idp);
    await opened.goto(origin + path);
    return accounts;
  };
}

/** A tab with such a page. */
export class AccountsPage {
  /** what this tab has asked the authorization endpoint, in a frame or not */
  readonly asked: URL[] = [];

  constructor(
    readonly page: Page,
    idp: string,
  ) {
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.origin === idp && url.pathname === '/authorize') this.asked.push(url);
    });
  }

  /** Waits for the answer of this number. */
  answer(number = 1): Promise<Answer> {
    const look = () => this.page.evaluate<Answer | undefined>(`window.answers?.[${number - 1}]`);
    return until('the callback is called', () => look().catch(() => undefined)); // a page that is being left can't be asked
  }

  count(): Promise<number> {
    return this.page.evaluate('answers.length');
  }

  frames(): Promise<number> {
    return this.page.locator('iframe').count();
  }

  /** Calls `prompt()` and gives the popup. */
  async prompt(): Promise<Page> {
    const [popup] = await Promise.all([
      this.page.waitForEvent('popup'),
      this.page.evaluate('sessionSync.accounts.id.prompt()'),
    ]);
    return popup;
  }
}

/** Signs a person in at the identity provider itself, in a tab of its own. */
export async function signInAtIdp(context: BrowserContext, idp: BrowserIdp, login: string): Promise<void> {
  const tab = await context.newPage();
  await tab.goto(new URL('/account', idp.issuer).href);
  await fillSignIn(tab, idp.person(login));
  await tab.waitForURL(({ pathname }) => pathname.startsWith('/account'));
  await tab.close();
}
