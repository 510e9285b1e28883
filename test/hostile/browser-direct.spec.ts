import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { chromiumForSuite } from '../support/chromium.js';
import { APP, IDP, openApp, routeIdp } from '../support/routed-idp.js';

const chromium = chromiumForSuite();
let context: BrowserContext;
beforeEach(async () => {
  context = await chromium().newContext();
});
afterEach(() => context.close());

const CREATE = `client = sessionSync.createDirectSession({ issuer: '${IDP}', clientId: 'spa' })`;
const create = (page: Page) => page.evaluate(`void (${CREATE})`);
const until = (page: Page, condition: string) => page.waitForFunction(condition, undefined, { timeout: 20_000 });
const signedIn = (page: Page) => until(page, "client.status === 'signed_in'");
/** Long enough for whatever would come of it: a frame, and a token. */
const aWhile = (page: Page) => page.evaluate('new Promise((resolve) => setTimeout(resolve, 500))');

describe('an identity provider that has been broken into runs no script in the page', () => {
  const script = 'javascript:void(globalThis.pwned = (parent.pwned = 1))//';

  it.each([script, ` ${script}`, 'java\nscript:void(pwned=1)//', 'data:text/html,x', 7, null])(
    'by its sign-out: %j',
    async (address) => {
      await routeIdp(context, { end_session_endpoint: address });
      const { page, faults } = await openApp(context, 'direct');
      await create(page);
      await signedIn(page);
      expect(await page.evaluate("client.signOut().then(() => 'over')")).toBe('over');
      await aWhile(page);
      expect([await page.evaluate('globalThis.pwned'), page.url(), faults]).toEqual([undefined, `${APP}/`, []]);
      expect(await page.evaluate('client.status')).toBe('signed_out');
    },
  );

  it.each([script, ` ${script}`, 'data:text/html,<script>parent.postMessage(1,"*")</script>', 7])(
    'by its frame: %j',
    async (address) => {
      await routeIdp(context, { check_session_iframe: address });
      const { page, faults } = await openApp(context, 'accounts');
      await page.evaluate(`sessionSync.accounts.id.initialize({
        issuer: '${IDP}', client_id: 'spa', auto_select: true, callback: (answer) => (globalThis.answer = answer)
      })`);
      await until(page, "globalThis.answer?.outcome === 'signed_in'");
      expect([await page.evaluate('globalThis.pwned'), faults]).toEqual([undefined, []]);
    },
  );

  it.each([script, 'data:text/html,x', 'nothing'])('by the frame that an app hands on: %j', async (address) => {
    const { page } = await openApp(context, 'watch');
    const watch = `sessionSync.watchSession({
      checkSessionIframe: ${JSON.stringify(address)}, clientId: 'spa', sessionState: 's', onChanged: async () => undefined
    })`;
    await expect(page.evaluate(watch)).rejects.toThrow(/TypeError: .*checkSessionIframe/);
    await aWhile(page);
    expect(await page.evaluate('[globalThis.pwned, document.querySelectorAll("iframe").length]')).toEqual([
      undefined,
      0,
    ]);
  });
});

describe('a page that talks to the identity provider by itself', () => {
  it('is led astray by no link: not by a path that reads as another host', async () => {
    await routeIdp(context);
    const { page } = await openApp(context, 'direct', '//evil.test/');
    await create(page);
    await signedIn(page);
    await Promise.all([page.waitForURL(`${IDP}authorize?**`), page.evaluate('void client.signIn()')]);
    expect(new URL(page.url()).searchParams.get('redirect_uri')).toBe(`${APP}//evil.test/`);
  });

  it('is not signed in again by a button to go back after a sign-out', async () => {
    const asked = await routeIdp(context);
    const { page } = await openApp(context, 'direct');
    await create(page);
    await signedIn(page);
    await page.evaluate('client.signOut()');
    const before = asked.length;
    await page.evaluate("void dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
    await aWhile(page);
    expect([await page.evaluate('client.status'), asked.length]).toEqual(['signed_out', before]);
  });

  it.each([
    ['an hour fast', 3_600_000],
    ['an hour slow', -3_600_000],
  ])('signs in where the clock is %s', async (_name, skewMs) => {
    await context.addInitScript(`const now = Date.now; Date.now = () => now() + ${skewMs}`);
    await routeIdp(context);
    const { page } = await openApp(context, 'direct');
    await create(page);
    await until(page, 'client.silent !== undefined');
    expect(await page.evaluate('[client.status, client.silent.outcome]')).toEqual(['signed_in', 'signed_in']);
  });

  it('looks at a return to the tab, also where the clock was set back meanwhile', async () => {
    await routeIdp(context);
    await context.route(`${IDP}authorize?**`, (route) => {
      const state = new URL(route.request().url()).searchParams.get('state');
      const data = { type: 'authorization_response', response: { error: 'login_required', state } };
      const body = `<script>parent.postMessage(${JSON.stringify(data)}, '*')</script>`;
      return route.fulfill({ contentType: 'text/html', body });
    });
    const { page } = await openApp(context, 'direct');
    await create(page);
    await until(page, "client.status === 'signed_out'");
    await context.unroute(`${IDP}authorize?**`);
    await page.evaluate('{ const now = Date.now; Date.now = () => now() - 3_600_000; }');
    await page.evaluate("void document.dispatchEvent(new Event('visibilitychange'))");
    await signedIn(page);
  });

  it('signs in where the browser denies it every storage, and locks with it', async () => {
    await context.addInitScript(`
      const deny = () => { throw new DOMException('The request was denied.', 'SecurityError') };
      for (const name of ['sessionStorage', 'localStorage']) Object.defineProperty(window, name, { get: deny });
      LockManager.prototype.request = async () => deny();
    `);
    await routeIdp(context);
    const { page, faults } = await openApp(context, 'direct');
    await create(page);
    await until(page, 'client.silent !== undefined');
    expect(await page.evaluate('[client.status, client.silent.outcome]')).toEqual(['signed_in', 'signed_in']);
    expect(faults).toEqual([]);
  });
});
