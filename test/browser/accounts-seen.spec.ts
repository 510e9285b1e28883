import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { BrowserContext } from 'playwright-core';
import { serveAccounts, signInAtIdp } from '../support/accounts-page.js';
import { browserIdpForSuite } from '../support/browser-idp.js';
import { chromiumForSuite } from '../support/chromium.js';
import { fillSignIn } from '../support/spa-page.js';
import { until } from '../support/until.js';

const NOBODY = { credential: undefined, error: 'login_required', outcome: 'login_required' };

describe('accounts.id, where the person or the address bar sees something, in Chromium', () => {
  const chromium = chromiumForSuite();
  const idp = browserIdpForSuite();

  async function inBrowser(use: (context: BrowserContext) => Promise<void>): Promise<void> {
    const context = await chromium().newContext();
    await use(context);
    await context.close();
  }

  describe('where the browser hides the cookies of the identity provider from frames', () => {
    const away = '/goods.html?colour=red#size';

    it('says login_required, and stays', () =>
      inBrowser(async (context) => {
        await signInAtIdp(context, idp(), 'ben');
        const open = await serveAccounts(context, idp(), { origin: idp().site.foreign });
        const tab = await open(away);
        expect(await tab.answer()).toEqual(NOBODY);
        expect([tab.page.url(), tab.asked.length]).toEqual([idp().site.foreign + away, 0]);
      }));

    it('goes away once with itp_support, comes back to where the person was, and knows them', () =>
      inBrowser(async (context) => {
        await signInAtIdp(context, idp(), 'ben');
        const setup = { origin: idp().site.foreign, options: 'itp_support: true' };
        const open = await serveAccounts(context, idp(), setup);
        for (const path of [away, '/callback.html?colour=red#size']) {
          const tab = await open(path);
          const { credential, outcome } = await tab.answer();
          expect([outcome, decodeJwt(credential ?? '').sub]).toEqual(['signed_in', 'person-ben']);
          expect([tab.page.url(), tab.asked.length]).toEqual([idp().site.foreign + path, 1]);
          expect(await tab.page.evaluate('JSON.stringify(Object.values(sessionStorage))')).toBe('["{}"]');
        }
      }));

    it('goes away once where nobody is signed in, and never again in that tab (T183, T184)', () =>
      inBrowser(async (context) => {
        const setup = { origin: idp().site.foreign, options: 'itp_support: true' };
        const tab = await (await serveAccounts(context, idp(), setup))(away);
        expect(await tab.answer()).toEqual(NOBODY);
        expect([tab.page.url(), tab.asked.length]).toEqual([idp().site.foreign + away, 1]);
        await tab.page.reload();
        expect(await tab.answer()).toEqual(NOBODY);
        expect(tab.asked.length).toBe(1);
      }));

    it('stays where nothing can be remembered', () =>
      inBrowser(async (context) => {
        const before = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }";
        const setup = { origin: idp().site.foreign, options: 'itp_support: true', before };
        const tab = await (await serveAccounts(context, idp(), setup))(away);
        expect(await tab.answer()).toEqual(NOBODY);
        expect(tab.asked).toEqual([]);
      }));

    it('takes no answer that it has not asked for: a forged one stays unread', () =>
      inBrowser(async (context) => {
        await signInAtIdp(context, idp(), 'ben');
        const tab = await (
          await serveAccounts(context, idp(), { origin: idp().site.local })
        )('/callback.html?code=stolen&state=guessed');
        expect(await tab.answer()).toMatchObject({ outcome: 'signed_in' });
        expect(tab.page.url()).toContain('code=stolen');
      }));
  });

  describe('by prompt()', () => {
    it('signs in in a popup, by the form, also where third-party cookies are blocked', () =>
      inBrowser(async (context) => {
        const tab = await (await serveAccounts(context, idp(), { origin: idp().site.foreign }))();
        expect(await tab.answer()).toEqual(NOBODY);
        const popup = await tab.prompt();
        await fillSignIn(popup, idp().person('ben'));
        const { credential, ...rest } = await tab.answer(2);
        expect([rest, decodeJwt(credential ?? '').sub]).toEqual([{ outcome: 'signed_in' }, 'person-ben']);
        await until('the popup is closed', () => popup.isClosed() || undefined);
        await tab.page.evaluate('sessionSync.accounts.id.prompt()');
        expect(await tab.answer(3)).toEqual({ credential, outcome: 'signed_in' });
        expect(context.pages().length).toBe(1);
      }));

    it('asks for consent there, after which silence is enough', () =>
      inBrowser(async (context) => {
        await signInAtIdp(context, idp(), 'ben');
        const setup = { origin: idp().site.local, clientId: 'spa-consent' };
        const open = await serveAccounts(context, idp(), setup);
        const tab = await open();
        expect(await tab.answer()).toEqual({ ...NOBODY, outcome: 'consent_required' });
        const popup = await tab.prompt();
        await popup.getByRole('button', { name: 'Allow', exact: true }).click();
        expect(await tab.answer(2)).toMatchObject({ outcome: 'signed_in' });
        expect(await (await open()).answer()).toMatchObject({ outcome: 'signed_in' });
      }));

    it('says popup_closed when the person closes it, and signs in at the next click', () =>
      inBrowser(async (context) => {
        const tab = await (await serveAccounts(context, idp(), { origin: idp().site.local }))();
        await tab.answer();
        const popup = await tab.prompt();
        await popup.locator('input[name=login]').waitFor();
        await popup.close();
        const closed = 'popup_closed';
        expect(await tab.answer(2)).toEqual({ credential: undefined, error: closed, outcome: closed });
        await fillSignIn(await tab.prompt(), idp().person('ben'));
        expect(await tab.answer(3)).toMatchObject({ outcome: 'signed_in' });
      }));

    it('says popup_failed_to_open when the browser blocks it', () =>
      inBrowser(async (context) => {
        const setup = { origin: idp().site.local, before: 'window.open = () => null' };
        const tab = await (await serveAccounts(context, idp(), setup))();
        await tab.answer();
        await tab.page.evaluate('sessionSync.accounts.id.prompt()');
        expect(await tab.answer(2)).toMatchObject({ error: 'popup_failed_to_open' });
      }));
  });

  it('signs in silently no more after disableAutoSelect(), in no tab, until the person has clicked', () =>
    inBrowser(async (context) => {
      await signInAtIdp(context, idp(), 'ben');
      const open = await serveAccounts(context, idp(), { origin: idp().site.local });
      const tab = await open();
      expect(await tab.answer()).toMatchObject({ outcome: 'signed_in' });
      await tab.page.evaluate('sessionSync.accounts.id.disableAutoSelect()');
      const other = await open();
      expect(await other.answer()).toEqual({ ...NOBODY, outcome: 'suppressed' });
      expect([other.asked.length, await other.frames()]).toEqual([0, 0]);
      await other.prompt(); // signed in at the identity provider: it closes by itself
      expect(await other.answer(2)).toMatchObject({ outcome: 'signed_in' });
      expect(await (await open()).answer()).toMatchObject({ outcome: 'signed_in' });
    }));

  it('tells nothing of what was being asked when disableAutoSelect() came', () =>
    inBrowser(async (context) => {
      await signInAtIdp(context, idp(), 'ben');
      const open = await serveAccounts(context, idp(), { origin: idp().site.local });
      let letGo: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (letGo = resolve));
      let asked = 0;
      await context.route('**/oauth/token', async (route) => {
        asked++;
        await held;
        await route.continue();
      });
      const tab = await open();
      const redeeming = tab.page.waitForResponse('**/oauth/token');
      await until('it redeems the code', () => (asked > 0 ? true : undefined));
      await tab.page.evaluate('sessionSync.accounts.id.disableAutoSelect()');
      letGo();
      await redeeming;
      await tab.page.waitForLoadState('networkidle');
      expect([await tab.count(), asked]).toEqual([0, 1]);
    }));

  it('asks once, and not in frames within frames, a provider that answers by redirect in the frame', () =>
    inBrowser(async (context) => {
      const { site, issuer } = idp();
      const open = await serveAccounts(context, idp(), { origin: site.local });
      const html = { 'content-type': 'text/html' };
      for (const [path, { body }] of site.files)
        if (path.endsWith('.html')) site.files.set(path, { body, headers: html });
      await context.route('**/.well-known/openid-configuration', async (route) => {
        const metadata = { ...((await (await route.fetch()).json()) as object), check_session_iframe: undefined };
        await route.fulfill({ json: metadata, headers: { 'access-control-allow-origin': '*' } });
      });
      await context.route(`${new URL(issuer).origin}/authorize?**`, async (route) => {
        const { searchParams } = new URL(route.request().url());
        const location = `${searchParams.get('redirect_uri')}?error=login_required&state=${searchParams.get('state')}`;
        await route.fulfill({ status: 302, headers: { location } });
      });
      const tab = await open();
      expect(await tab.answer()).toMatchObject({ outcome: 'timeout' });
      expect(tab.asked).toHaveLength(1);
    }));

  it('needs to know the identity provider', () =>
    inBrowser(async (context) => {
      const page = await context.newPage();
      const before = `addEventListener('error', ({ error }) => { document.title = error.name + ': ' + error.message; });`;
      const setup = { origin: idp().site.local, options: "issuer: ''", before };
      await (
        await serveAccounts(context, idp(), setup)
      )();
      await page.goto(`${idp().site.local}/index.html`);
      expect(await page.title()).toBe('TypeError: issuer: which identity provider?');
    }));
});
