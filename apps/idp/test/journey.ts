import type { Answer, Browser } from './browser.js';
import { authorizeUrl, type TestIdp } from './test-idp.js';

/** Follows redirects as long as they stay at the IdP: ends at one of its pages, or at the redirect to a client. */
export async function follow(idp: TestIdp, browser: Browser, answer: Answer): Promise<Answer> {
  let now = answer;
  while (now.location?.origin === new URL(idp.issuer).origin) now = await browser.get(now.location);
  return now;
}

/** Sends an authorization request and goes on to where it leads. */
export async function ask(
  idp: TestIdp,
  browser: Browser,
  clientId = 'gateway',
  extra: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return follow(idp, browser, await browser.get(authorizeUrl(idp, clientId, extra)));
}

/** Asks silently and gives what came back at the redirect URI. Anything but a redirect to the client is thrown. */
export async function askSilently(
  idp: TestIdp,
  browser: Browser,
  clientId = 'gateway',
  extra: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, string>>> {
  const answer = await browser.get(authorizeUrl(idp, clientId, { prompt: 'none', ...extra }));
  if (answer.status !== 303 || answer.location?.origin !== `http://${clientId}.test` || answer.text.includes('<html')) {
    throw new Error(`not sent back to the client: ${answer.status} ${answer.location?.href ?? answer.text}`);
  }
  return Object.fromEntries(answer.location.searchParams);
}

/** Fills a page's form, presses a button, and goes on to where that leads. The engine's own forms submit themselves. */
export async function fill(
  idp: TestIdp,
  browser: Browser,
  page: Answer,
  fields: Readonly<Record<string, string>>,
): Promise<Answer> {
  const next = await follow(idp, browser, await browser.submit(page, idp.issuer, fields));
  return next.text.includes('Submitting Callback') ? fill(idp, browser, next, {}) : next;
}

/** Fills the sign-in page. */
export async function fillSignIn(
  idp: TestIdp,
  browser: Browser,
  page: Answer,
  login: string,
  password = `${login}'s password`,
): Promise<Answer> {
  return fill(idp, browser, page, { login, password });
}
