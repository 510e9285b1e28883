import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrowserContext } from 'playwright-core';
import { signInAtIdp } from '../support/accounts-page.js';
import { browserIdpForSuite } from '../support/browser-idp.js';
import { chromiumForSuite } from '../support/chromium.js';
import { DirectTab } from '../support/direct-tab.js';

const SHORT = { timeoutMs: 1_500 };
const CLOCK = 'const now = Date.now; globalThis.skewMs = 0; Date.now = () => now() + globalThis.skewMs;';
const COME_BACK = "document.dispatchEvent(new Event('visibilitychange'))";
const OUT_OF_THE_CACHE = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))";

const chromium = chromiumForSuite();
const idp = browserIdpForSuite();
let context: BrowserContext;
beforeEach(async () => {
  context = await chromium().newContext();
  await context.addInitScript(CLOCK);
});
afterEach(() => context.close());

const open = (options = {}, origin = idp().site.local) => DirectTab.open(context, idp(), origin, options);
const frames = (tab: DirectTab) => tab.asked.filter((path) => path === '/authorize').length;
const name = () => JSON.stringify(`session-sync ${idp().issuer} spa`);

/** Waits until the tab asks nothing any more, or has not begun to. */
const atRest = (tab: DirectTab) => tab.page.evaluate(`navigator.locks.request(${name()}, async () => undefined)`);

/** Keeps the tab's own page where it is, wherever it wants to go. */
async function stays({ page }: DirectTab): Promise<void> {
  await page.route('**/*', async (route) => {
    const request = route.request();
    const leaves = request.isNavigationRequest() && request.frame() === page.mainFrame();
    await (leaves ? route.fulfill({ status: 204 }) : route.fallback());
  });
}

/** Two tabs where Ana is signed in; the second has kept what the first told. The first signs out, and does not get away. */
async function signedOutHere(): Promise<readonly [DirectTab, DirectTab]> {
  await signInAtIdp(context, idp(), 'ana');
  const one = await open();
  await one.until("state.status === 'signed_in'");
  const two = await open({ silent: false });
  await two.page.evaluate(`{
    window.channel = new BroadcastChannel(${name()});
    channel.onmessage = ({ data }) => { if (data.tokens) window.heard = data; };
  }`);
  expect(await one.call('checkSession()')).toBe('signed_in');
  await two.page.waitForFunction('window.heard');
  await stays(one);
  await one.page.evaluate('void client.signOut()');
  await Promise.all([one, two].map((tab) => tab.until("state.reason === 'signed_out'")));
  return [one, two];
}

describe('who has signed out in a page is not signed in again by it', () => {
  it('when it comes out of the back-forward cache', async () => {
    const [one] = await signedOutHere();
    const asked = frames(one);
    await one.page.evaluate(OUT_OF_THE_CACHE);
    await atRest(one);
    expect([frames(one) - asked, (await one.call<{ status: string }>('state')).status]).toEqual([0, 'signed_out']);
  });

  it('when a token of that session is told late', async () => {
    const [one, two] = await signedOutHere();
    const asked = frames(one);
    await two.page.evaluate('channel.postMessage(heard)');
    await two.page.evaluate('channel.postMessage({ key: heard.key })'); // whoever has a token answers
    await atRest(one);
    expect([frames(one) - asked, (await one.call<{ status: string }>('state')).status]).toEqual([0, 'signed_out']);
  });
});

describe('a page whose session is closed', () => {
  it('can still sign out, and its promises do not reject', async () => {
    await signInAtIdp(context, idp(), 'ana');
    const tab = await open();
    await tab.until("state.status === 'signed_in'");
    await tab.call('close()');
    expect(await tab.call('checkSession()')).toBe('suppressed');
    const landing = `${idp().site.local}/loggedout.html`;
    await Promise.all([
      tab.page.waitForURL((url) => url.href.startsWith(landing)),
      tab.page.evaluate(`void client.signOut('${landing}')`),
    ]);
  });

  it('tells nothing any more, and who has left hears nothing', async () => {
    const tab = await open({ silent: false });
    const told = await tab.page.evaluate(`(async () => {
      const told = [];
      const leave = client.subscribe(() => { told.push('first'); leave(); left(); });
      const left = client.subscribe(() => told.push('second'));
      await client.checkSession();
      client.subscribe(() => told.push('third'));
      const asked = client.checkSession();
      client.close();
      await asked;
      return told;
    })()`);
    expect(told).toEqual(['first']);
  });

  it('leaves an answer in the address to the one that is made at once in its place', async () => {
    const { foreign } = idp().site;
    const make =
      "sessionSync.createDirectSession({ issuer, clientId: 'spa', redirectUri: '/callback.html', redirect: true })";
    const script = `const { issuer } = JSON.parse(sessionStorage.settings); ${make}.close(); window.client = ${make};`;
    idp().site.files.set('/app.js', { body: script, headers: { 'content-type': 'text/javascript' } });
    try {
      await signInAtIdp(context, idp(), 'ana');
      const tab = await open({}, foreign);
      const { silent } = await tab.until("state.status === 'signed_in'");
      expect(silent).toMatchObject({ outcome: 'signed_in', via: 'redirect' });
      expect(frames(tab)).toBe(2);
    } finally {
      idp().site.files.delete('/app.js');
    }
  });
});

describe('a page and its promises, at odd moments', () => {
  it('works in browsers that have no URL.canParse', async () => {
    await context.addInitScript('delete URL.canParse');
    const tab = await open();
    expect(await tab.until('state.silent')).toMatchObject({ silent: { outcome: 'login_required' } });
  });

  it('gives an answer about the token after it was left and comes out of the back-forward cache', async () => {
    const tab = await open({ silent: false, redirect: true }, idp().site.foreign);
    await stays(tab);
    await tab.page.reload().catch(() => undefined);
    await tab.page.evaluate(`window.again = sessionSync.createDirectSession({
      issuer: ${JSON.stringify(idp().issuer)}, clientId: 'spa', redirectUri: '/callback.html', redirect: true })`);
    await tab.page.waitForFunction("Object.keys(sessionStorage).some((key) => key.endsWith('redirected'))");
    await tab.page.evaluate('void again.getAccessToken().then(() => (window.answered = true))');
    await tab.page.waitForRequest(() => true, { timeout: 1_000 }).catch(() => undefined);
    await tab.page.evaluate(OUT_OF_THE_CACHE);
    await tab.page.waitForFunction('window.answered', undefined, { timeout: 5_000 });
  });

  it('asks at a return though the clock has been set back', async () => {
    const tab = await open();
    await tab.until("state.status === 'signed_out'");
    await signInAtIdp(context, idp(), 'ana');
    await tab.page.evaluate('void (skewMs = -200_000)');
    await tab.page.evaluate(COME_BACK);
    expect(await tab.until("state.status === 'signed_in'")).toMatchObject({ user: { sub: 'person-ana' } });
  });

  it('asks nothing while it is prerendered, and then at once', async () => {
    await signInAtIdp(context, idp(), 'ana');
    await context.addInitScript("Object.defineProperty(document, 'prerendering', { value: true, configurable: true })");
    const tab = await open();
    await tab.page.waitForFunction('window.client');
    await atRest(tab);
    expect(tab.asked).toEqual([]);
    await tab.page.evaluate(`{
      Object.defineProperty(document, 'prerendering', { value: false });
      document.dispatchEvent(new Event('prerenderingchange'));
    }`);
    await tab.until("state.status === 'signed_in'");
  });

  it('waits no longer for a tab that is stuck than for a request', async () => {
    const stuck = await open({ silent: false });
    await stuck.page.evaluate(`void navigator.locks.request(${name()}, () => new Promise(() => undefined))`);
    const tab = await open({ silent: false, ...SHORT });
    expect(await tab.call('checkSession()')).toBe('timeout');
  });
});

describe('a page on another site, where frames are blind', () => {
  it('knows nothing any more when its token has run out and can not be renewed: it is not signed out', async () => {
    const { foreign } = idp().site;
    await signInAtIdp(context, idp(), 'ana');
    const tab = await open({ redirect: true }, foreign);
    await tab.until("state.status === 'signed_in'");
    expect(await tab.call('checkSession()')).toBe('login_required');
    expect(await tab.call('state')).toMatchObject({ status: 'signed_in' });
    const refused = { status: 400, json: { error: 'invalid_grant' }, headers: { 'access-control-allow-origin': '*' } };
    await context.route('**/oauth/token', (route) => route.fulfill(refused)); // its refresh token is worth nothing any more
    await tab.page.evaluate('void (skewMs = 30 * 86_400_000)');
    expect(await tab.call('getAccessToken()')).toBeUndefined();
    expect(await tab.call('state')).toMatchObject({ status: 'unknown', silent: { outcome: 'login_required' } });
    expect(await tab.call('checkSession()')).toBe('login_required');
    expect(await tab.call<{ status: string; user?: object }>('state')).toMatchObject({ status: 'unknown' });
    expect(await tab.call('user')).toBeUndefined();
  });

  it('is signed in when another tab of its origin is', async () => {
    const { foreign } = idp().site;
    const tab = await open({}, foreign);
    await tab.until("state.status === 'signed_out'");
    await signInAtIdp(context, idp(), 'ana');
    const other = await open({ redirect: true }, foreign);
    await other.until("state.status === 'signed_in'");
    expect(await tab.until("state.status === 'signed_in'")).toMatchObject({ user: { sub: 'person-ana' } });
  });
});
