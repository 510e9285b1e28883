import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { browserIdpForSuite, endAllSessionsOf } from '../support/browser-idp.js';
import { chromiumForSuite } from '../support/chromium.js';
import { directApiForSuite } from '../support/direct-api.js';
import { DirectTab } from '../support/direct-tab.js';
import { forgeIdTokens } from '../support/forged-id-tokens.js';
import { until } from '../support/until.js';

const chromium = chromiumForSuite();
const idp = browserIdpForSuite();
const api = directApiForSuite();
const stranger = directApiForSuite();
let context: BrowserContext;
beforeEach(async () => {
  context = await chromium().newContext();
  for (const { given, refused } of [api(), stranger()]) {
    given.length = 0;
    refused.clear();
  }
});
afterEach(() => context.close());

const open = (options = {}) => DirectTab.open(context, idp(), idp().site.local, { apis: [api().origin], ...options });
const tokenOf = (tab: DirectTab) => tab.call<string>('getAccessToken()');
const call = (tab: DirectTab, path: string, init = {}) =>
  tab.call<readonly [number, string]>(
    `fetch(${JSON.stringify(path)}, ${JSON.stringify(init)}).then(async (answer) => [answer.status, await answer.text()])`,
  );
const redeemed = (tab: DirectTab) => tab.asked.filter((path) => path === '/oauth/token').length;

/** Ana, signed in by the form, so that the tab has a refresh token. */
async function signedIn(options = {}): Promise<DirectTab> {
  const tab = await open({ silent: false, ...options });
  await tab.signIn('ana');
  return tab;
}

describe('the access token of a page', () => {
  it('goes to the API, and to no other origin: not asked for, not by redirect', async () => {
    const tab = await signedIn();
    const bearer = `Bearer ${await tokenOf(tab)}`;
    api().elsewhere = `${stranger().origin}/`;
    expect(await call(tab, `${api().origin}/`, { method: 'POST', body: 'hello' })).toEqual([200, 'hello']);
    expect(await call(tab, `${stranger().origin}/`)).toEqual([200, '']);
    await call(tab, `${api().origin}/elsewhere`).catch(() => 'refused by the browser');
    await call(tab, '/index.html');
    expect(api().given).toEqual([bearer, bearer]);
    expect(stranger().given.length).toBeGreaterThan(0);
    expect(new Set(stranger().given)).toEqual(new Set(['none']));
  });

  it.each(['ahead', 'after401'])('is renewed once after a 401, and what was sent is sent again (%s)', async (renew) => {
    const tab = await signedIn({ renew });
    const first = `Bearer ${await tokenOf(tab)}`;
    api().refused.add(first);
    expect(await call(tab, `${api().origin}/`, { method: 'POST', body: 'hello' })).toEqual([200, 'hello']);
    expect(api().given).toEqual([first, `Bearer ${await tokenOf(tab)}`]);
    expect(redeemed(tab)).toBe(2);
  });

  it('is not renewed again when the second answer is a 401 too: the page gets it', async () => {
    const tab = await signedIn();
    api().refused.add('all');
    expect((await call(tab, `${api().origin}/`))[0]).toBe(401);
    expect(api().given).toHaveLength(2);
    expect(redeemed(tab)).toBe(2);
  });

  it('is renewed once for many answers of 401 at the same time', async () => {
    const tab = await signedIn();
    api().refused.add(`Bearer ${await tokenOf(tab)}`);
    const answers = await Promise.all(Array.from({ length: 5 }, () => call(tab, `${api().origin}/`)));
    expect(answers.map(([status]) => status)).toEqual(Array(5).fill(200));
    expect(redeemed(tab)).toBe(2);
  });

  it('is renewed in two tabs at once, again and again, by refresh tokens that rotate, and nobody is signed out', async () => {
    const tabs = [await signedIn(), await open()] as const;
    await tabs[1].until("state.status === 'signed_in'");
    expect(await tabs[1].call('checkSession()')).toBe('signed_in'); // a refresh token of its own
    for (let round = 0; round < 4; round += 1) {
      for (const tab of tabs) api().refused.add(`Bearer ${await tokenOf(tab)}`);
      const answers = await Promise.all(tabs.map((tab) => call(tab, `${api().origin}/`)));
      expect(answers.map(([status]) => status)).toEqual([200, 200]);
      await until('both have the same', async () => {
        const [one, other] = await Promise.all(tabs.map(tokenOf));
        return one === other ? true : undefined;
      });
    }
    for (const tab of tabs) expect(await tab.call('state')).toMatchObject({ status: 'signed_in' });
    // two sign-ins, and not two renewals in every round: what one tab has renewed is told to the other
    expect(redeemed(tabs[0]) + redeemed(tabs[1])).toBeLessThan(2 + 2 * 4);
    const remains = await tabs[0].remains();
    expect(remains).not.toMatch(/eyJ|refresh/);
  });

  it('is renewed ahead of its end, by the refresh token and without a frame', async () => {
    await context.clock.install();
    const tab = await open({ silent: false });
    const redeeming = tab.page.waitForResponse('**/oauth/token');
    await tab.signIn('ana');
    const { expires_in: lastsS } = (await (await redeeming).json()) as { readonly expires_in: number };
    const first = await tokenOf(tab);
    await context.clock.fastForward((lastsS - 59) * 1000);
    await until('it is renewed', () => (redeemed(tab) === 2 ? true : undefined));
    await tab.until("state.silent?.via === 'frame'"); // that is: not by a redirect
    expect(await tokenOf(tab)).not.toBe(first);
    expect(tab.asked.filter((path) => path === '/authorize')).toHaveLength(1); // the sign-in
  });

  it('is dropped, and the person signed out, when a renewal brings somebody else', async () => {
    const tab = await signedIn();
    const forged = await forgeIdTokens(context, '**/oauth/token', { sub: 'person-eve' });
    api().refused.add(`Bearer ${await tokenOf(tab)}`);
    expect((await call(tab, `${api().origin}/`))[0]).toBe(401);
    expect(forged()).toBe(1);
    expect(await tab.call('state')).toMatchObject({ status: 'signed_out', reason: 'account_changed' });
    expect(await tab.call('getAccessToken()')).toBeUndefined();
  });

  it('is lost, and the person signed out, when the refresh token is worth nothing and the frame says why', async () => {
    const tab = await signedIn();
    expect(await tab.call('checkSession()')).toBe('signed_in');
    api().refused.add(`Bearer ${await tokenOf(tab)}`);
    await endAllSessionsOf(idp(), 'ana');
    expect((await call(tab, `${api().origin}/`))[0]).toBe(401);
    expect(await tab.call('state')).toMatchObject({ status: 'signed_out', reason: 'login_required' });
  });
});

describe('what can not work is refused at once', () => {
  let page: Page;
  beforeAll(async () => {
    page = await chromium().newPage();
    await page.goto(`${idp().site.local}/index.html`);
  });
  afterAll(() => page.close());
  it.each([
    ['{ pollEveryS: 899 }', 'RangeError'],
    ['{ pollEveryS: 0 }', 'RangeError'],
    ['{ pollEveryS: NaN }', 'RangeError'],
    ['{ pollEveryS: 9e9 }', 'RangeError'],
    ["{ redirectUri: 'https://other.test/' }", 'TypeError'],
    ["{ issuer: 'idp.test' }", 'TypeError'],
    ["{ clientId: '' }", 'TypeError'],
    ["{ apis: ['api.test'] }", 'TypeError'],
    ['{ pollEveryS: 900 }', 'nothing'],
  ])('%s: %s', async (options, error) => {
    const thrown = await page.evaluate(`{
      let thrown = 'nothing';
      try { sessionSync.createDirectSession({ issuer: 'https://idp.test/', clientId: 'spa', silent: false, ...${options} }).close(); }
      catch (error) { thrown = error.name; }
      thrown;
    }`);
    expect(thrown).toBe(error);
  });
});
