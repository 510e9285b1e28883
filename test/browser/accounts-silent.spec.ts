import { describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import type { BrowserContext } from 'playwright-core';
import { serveAccounts, signInAtIdp } from '../support/accounts-page.js';
import { browserIdpForSuite } from '../support/browser-idp.js';
import { chromiumForSuite, withThirdPartyCookies } from '../support/chromium.js';

const NOBODY = { credential: undefined, error: 'login_required', outcome: 'login_required' };
const COME_BACK = "document.dispatchEvent(new Event('visibilitychange'))";

describe('accounts.id with auto_select, in Chromium', () => {
  const chromium = chromiumForSuite();
  const idp = browserIdpForSuite();

  async function inBrowser(use: (context: BrowserContext) => Promise<void>): Promise<void> {
    const context = await chromium().newContext();
    await use(context);
    await context.close();
  }

  async function claimsOf(credential: string | undefined, audience = 'spa') {
    const { issuer } = idp();
    const metadata = (await (await fetch(`${issuer}.well-known/openid-configuration`)).json()) as Record<
      string,
      string
    >;
    const keys = createRemoteJWKSet(new URL(metadata.jwks_uri ?? ''));
    return (await jwtVerify(credential ?? '', keys, { issuer, audience, requiredClaims: ['exp', 'iat', 'nonce'] }))
      .payload;
  }

  it('gives the callback a credential that anybody can verify, and leaves nothing in the page', () =>
    inBrowser(async (context) => {
      await signInAtIdp(context, idp(), 'ben');
      const open = await serveAccounts(context, idp(), { origin: idp().site.local });
      const tab = await open();
      const { credential, ...rest } = await tab.answer();
      expect(rest).toEqual({ outcome: 'signed_in' });
      expect(await claimsOf(credential)).toMatchObject({ sub: 'person-ben', name: 'Ben', aud: 'spa' });
      expect([tab.asked.length, tab.asked[0]?.searchParams.get('prompt'), await tab.frames()]).toEqual([1, 'none', 0]);
      expect(await tab.page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')).toBe('[{},{}]');
    }));

  it('says login_required where nobody is signed in, and spares the request', () =>
    inBrowser(async (context) => {
      const open = await serveAccounts(context, idp(), { origin: idp().site.local });
      const tab = await open();
      expect(await tab.answer()).toEqual(NOBODY);
      expect([tab.asked.length, await tab.frames()]).toEqual([0, 0]);
    }));

  it('asks nothing by itself without auto_select', () =>
    inBrowser(async (context) => {
      await signInAtIdp(context, idp(), 'ben');
      const setup = { origin: idp().site.local, options: 'auto_select: false' };
      const tab = await (await serveAccounts(context, idp(), setup))();
      await tab.page.evaluate(COME_BACK);
      await tab.page.waitForLoadState('networkidle');
      expect([await tab.count(), tab.asked.length, await tab.frames()]).toEqual([0, 0, 0]);
    }));

  it('says login_required, and exactly what is missing, where the person has not consented', () =>
    inBrowser(async (context) => {
      await signInAtIdp(context, idp(), 'ben');
      const setup = { origin: idp().site.local, clientId: 'spa-consent' };
      const tab = await (await serveAccounts(context, idp(), setup))();
      expect(await tab.answer()).toEqual({ ...NOBODY, outcome: 'consent_required' });
    }));

  it('says login_required where the person wants to be asked each time', () =>
    inBrowser(async (context) => {
      await signInAtIdp(context, idp(), 'ana');
      const account = await context.newPage();
      await account.goto(new URL('/account', idp().issuer).href);
      await account.getByRole('button', { name: 'Ask me each time' }).click();
      await account.getByRole('button', { name: 'Sign me in automatically' }).waitFor();
      const open = await serveAccounts(context, idp(), { origin: idp().site.local });
      expect(await (await open()).answer()).toEqual(NOBODY);
      await account.getByRole('button', { name: 'Sign me in automatically' }).click();
      await account.getByRole('button', { name: 'Ask me each time' }).waitFor();
      expect(await (await open()).answer()).toMatchObject({ outcome: 'signed_in' });
    }));

  it('waits until the page is looked at', () =>
    inBrowser(async (context) => {
      await signInAtIdp(context, idp(), 'ben');
      const before = "Object.defineProperty(document, 'hidden', { value: true, configurable: true })";
      const tab = await (await serveAccounts(context, idp(), { origin: idp().site.local, before }))();
      await tab.page.waitForLoadState('networkidle');
      expect([await tab.count(), await tab.frames()]).toEqual([0, 0]);
      await tab.page.evaluate(`delete document.hidden; ${COME_BACK}`);
      expect(await tab.answer()).toMatchObject({ outcome: 'signed_in' });
    }));

  it('asks again at a return to the tab, at most once a minute, and not while the credential lasts', () =>
    inBrowser(async (context) => {
      const open = await serveAccounts(context, idp(), { origin: idp().site.local });
      const tab = await open('/loggedout.html');
      await tab.page.clock.install();
      await tab.page.goto(`${idp().site.local}/index.html`);
      expect(await tab.answer()).toEqual(NOBODY);
      await signInAtIdp(context, idp(), 'ben');
      await tab.page.evaluate(COME_BACK);
      await tab.page.clock.fastForward('00:30');
      await tab.page.evaluate(COME_BACK);
      await tab.page.waitForLoadState('networkidle');
      expect([await tab.count(), await tab.frames()]).toEqual([1, 0]);
      await tab.page.clock.fastForward('00:31');
      await tab.page.evaluate(COME_BACK);
      expect(await tab.answer(2)).toMatchObject({ outcome: 'signed_in' });
      await tab.page.clock.fastForward('01:01');
      await tab.page.evaluate(COME_BACK);
      await tab.page.waitForLoadState('networkidle');
      expect([await tab.count(), await tab.frames(), tab.asked.length]).toEqual([2, 0, 1]);
    }));

  it('works on another site where third-party cookies are allowed', () =>
    withThirdPartyCookies(async (context) => {
      await signInAtIdp(context, idp(), 'ben');
      const open = await serveAccounts(context, idp(), { origin: idp().site.foreign });
      const tab = await open();
      expect(await tab.answer()).toMatchObject({ outcome: 'signed_in' });
      expect(await tab.page.title()).toBe('A shop');
    }));

  it('believes no frame and no script but the one it asks', () =>
    inBrowser(async (context) => {
      const setup = {
        origin: idp().site.local,
        before: `setInterval(() => {
          const origin = ${JSON.stringify(new URL(idp().issuer).origin)};
          for (const data of [{ status: 'logged_in' }, { type: 'authorization_response', response: { code: 'c' } }]) {
            postMessage(data, '*');
            dispatchEvent(new MessageEvent('message', { data, origin, source: frames[0] }));
          }
        }, 5);`,
      };
      const tab = await (await serveAccounts(context, idp(), setup))();
      expect(await tab.answer()).toEqual(NOBODY);
      expect(tab.asked).toEqual([]);
    }));

  it('asks the origin that has served the script, where no issuer is named', () =>
    inBrowser(async (context) => {
      await signInAtIdp(context, idp(), 'ben');
      const setup = { origin: idp().site.local, sdk: `${idp().issuer}sdk.js`, options: 'issuer: undefined' };
      const tab = await (await serveAccounts(context, idp(), setup))();
      expect(await tab.answer()).toMatchObject({ outcome: 'signed_in' });
    }));

  it.each([
    [
      'unavailable where the network is away',
      (context: BrowserContext) => context.route('**/openid-configuration', (route) => route.abort()),
      'unavailable',
    ],
    ['failed where the provider calls itself by another name', () => Promise.resolve(), 'failed'],
  ])('says %s, which is not login_required', (_name, spoil, word) =>
    inBrowser(async (context) => {
      const wrong = word === 'failed' ? `issuer: ${JSON.stringify(idp().issuer.replace(/\/$/, ''))}` : '';
      const open = await serveAccounts(context, idp(), { origin: idp().site.local, options: wrong });
      await spoil(context);
      expect(await (await open()).answer()).toEqual({ credential: undefined, error: word, outcome: word });
    }),
  );
});
