import type { BrowserContext, Page } from 'playwright-core';
import type { FrontEnd } from '../../apps/gateway/src/front-ends/front-end.js';
import { SecurityHeaders } from '../../apps/gateway/src/http/security-headers.js';
import type { PageSite } from './page-site.js';

const FRONT_END = { secure: false, idp: { issuer: 'http://idp.example.com' } } as unknown as FrontEnd;
/** As the gateway sends them with a front end's pages. */
export const OF_A_FRONT_END = new SecurityHeaders([FRONT_END]).of(FRONT_END);
/** The strictest that a page can be served with. */
export const OF_THE_TIMELINE = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
};

/** A page in a browser of its own, with all that its console says. */
export async function openPage(context: BrowserContext, site: PageSite): Promise<{ page: Page; said: string[] }> {
  const page = await context.newPage();
  const said: string[] = [];
  page.on('console', (message) => {
    const isScripted = message.text().startsWith('Failed to load resource: the server responded with a status of');
    if (message.type() === 'error' && !isScripted) said.push(message.text());
  });
  page.on('pageerror', (error) => said.push(String(error)));
  await page.goto(site.origin);
  return { page, said };
}
