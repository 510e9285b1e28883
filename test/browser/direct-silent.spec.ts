import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrowserContext } from 'playwright-core';
import { browserIdpForSuite, endAllSessionsOf } from '../support/browser-idp.js';
import { chromiumForSuite, withThirdPartyCookies } from '../support/chromium.js';
import { DirectTab } from '../support/direct-tab.js';

const chromium = chromiumForSuite();
const idp = browserIdpForSuite();
let context: BrowserContext;
beforeEach(async () => {
  context = await chromium().newContext();
});
afterEach(() => context.close());
const open = (options = {}, origin = idp().site.local, clientId = 'spa', at = context) =>
  DirectTab.open(at, idp(), origin, options, clientId);
const frames = (tab: DirectTab) => tab.asked.filter((path) => path === '/authorize').length;

/** Ana, signed in by the form in a tab that has been closed since. */
async function anaWasHere(origin = idp().site.local, at = context): Promise<void> {
  const tab = await open({}, origin, 'spa', at);
  await tab.until("state.status === 'signed_out'");
  expect(await tab.signIn('ana')).toMatchObject({ status: 'signed_in', user: { sub: 'person-ana', name: 'Ana' } });
  await tab.page.close();
}

describe('a page that talks to the identity provider by itself', () => {
  it('finds nobody, signs in by the form, and comes back to where it was', async () => {
    const tab = await open();
    expect(await tab.until('state.silent')).toMatchObject({
      status: 'signed_out',
      silent: { outcome: 'login_required' },
    });
    await tab.signIn('ana');
    expect(tab.page.url()).toBe(`${idp().site.local}/index.html?page=1#here`);
  });

  it('is signed in silently in another tab, and leaves nothing behind', async () => {
    await anaWasHere();
    const tab = await open();
    expect(await tab.until('state.silent')).toMatchObject({
      ...{ status: 'signed_in', user: { sub: 'person-ana' }, silent: { outcome: 'signed_in', via: 'frame' } },
    });
    const token = await tab.call<string>('getAccessToken()');
    expect(token).toEqual(expect.any(String));
    const remains = await tab.remains();
    expect(remains).not.toMatch(/eyJ|verifier|code=|iframe|refresh|transaction/);
    expect(remains).not.toContain(token);
  });

  it('takes the token that another tab has, and asks for none', async () => {
    await anaWasHere();
    const first = await open();
    await first.until("state.status === 'signed_in'");
    const second = await open();
    await second.until("state.status === 'signed_in'");
    expect(await second.call('getAccessToken()')).toBe(await first.call('getAccessToken()'));
    expect(frames(second)).toBe(0);
  });

  it('stays as it was where its origin gets no messages: timeout, with one hint', async () => {
    await anaWasHere();
    const tab = await open({ timeoutMs: 1500 }, idp().otherSite.local, 'unlisted');
    expect(await tab.until('state.silent')).toMatchObject({ status: 'unknown', silent: { outcome: 'timeout' } });
    expect(tab.warnings.filter((text) => text.includes('allowed web origin'))).toHaveLength(1);
    await tab.signIn('ana');
    expect(await tab.call('checkSession()')).toBe('timeout');
    expect(await tab.call('state')).toMatchObject({ status: 'signed_in' });
    expect(await tab.remains()).not.toContain('iframe');
  });

  it('notices by checkSession that the session has ended at the provider, in every tab', async () => {
    await anaWasHere();
    const [one, two] = [await open(), await open()];
    await Promise.all([one.until("state.status === 'signed_in'"), two.until("state.status === 'signed_in'")]);
    await endAllSessionsOf(idp(), 'ana');
    expect(await one.call('checkSession()')).toBe('login_required');
    expect(await two.until("state.status === 'signed_out'")).toMatchObject({ reason: 'login_required' });
    expect(await one.call('state')).toMatchObject({ status: 'signed_out', reason: 'login_required' });
    expect(await one.call('getAccessToken()')).toBeUndefined();
  });

  it('says account_changed when somebody else is signed in, and signs nobody in instead', async () => {
    await anaWasHere();
    const tab = await open();
    await tab.until("state.status === 'signed_in'");
    const other = await open({ silent: false, scope: 'openid' });
    await other.signIn('ben');
    expect(await tab.call('checkSession()')).toBe('account_changed');
    expect(await tab.call('state')).toMatchObject({ status: 'signed_out', reason: 'account_changed' });
    expect(await tab.call('getAccessToken()')).toBeUndefined();
    expect(await other.call('state')).toMatchObject({ status: 'signed_in', user: { sub: 'person-ben' } });
  });

  it('loses nothing while the network is away', async () => {
    await anaWasHere();
    const tab = await open();
    await tab.until("state.status === 'signed_in'");
    const token = await tab.call('getAccessToken()');
    await context.setOffline(true);
    expect(await tab.call('checkSession()')).toBe('unavailable');
    expect(await tab.call('state')).toMatchObject({ status: 'signed_in' });
    expect(await tab.call('getAccessToken()')).toBe(token);
    await context.setOffline(false);
    expect(await tab.call('checkSession()')).toBe('signed_in');
  });

  it('signs out at the provider, and all tabs are signed out', async () => {
    await anaWasHere();
    const [one, two] = [await open(), await open()];
    await Promise.all([one.until("state.status === 'signed_in'"), two.until("state.status === 'signed_in'")]);
    const landing = `${idp().site.local}/loggedout.html`;
    await Promise.all([one.page.waitForURL((url) => url.href.startsWith(landing)), one.call(`signOut('${landing}')`)]);
    expect(await two.until("state.status === 'signed_out'")).toMatchObject({ reason: 'signed_out' });
    expect(await two.call('checkSession()')).toBe('login_required');
  });

  it('does not listen to others: right origin and wrong source, wrong state, wrong issuer', async () => {
    await anaWasHere();
    const origin = new URL(idp().issuer).origin;
    const lies = [
      { state: 'wrong', code: 'x' },
      { state: '$state', iss: 'https://evil.test/', error: 'access_denied' },
      { state: '$state', error: 'access_denied' },
    ].map((response) => ({ type: 'authorization_response', response }));
    // the authorization endpoint's answer lies first, then tells the truth: the one lie without iss must not count either
    await context.route('**/authorize?**', async (route) => {
      const response = await route.fetch();
      const state = new URL(route.request().url()).searchParams.get('state') ?? '';
      const html = (await response.text()).replace(/'nonce-|script-src[^;]*/g, '$&');
      const script = lies
        .map((lie) => `parent.postMessage(${JSON.stringify(lie).replace('$state', state)}, '*');`)
        .join('');
      const headers = { ...response.headers(), 'content-security-policy': '' };
      await route.fulfill({ response, headers, body: html.replace('<script', `<script>${script}</script><script`) });
    });
    const tab = await open({ silent: false });
    await tab.page.evaluate(
      `window.addEventListener('message', ({ data }) => (window.heard = (window.heard ?? 0) + 1))`,
    );
    await tab.page.evaluate(`{
      const other = Object.assign(document.createElement('iframe'), { src: '${origin}/authorize?client_id=spa&response_type=code&prompt=none&response_mode=web_message&scope=openid&state=s&redirect_uri=${encodeURIComponent(`${idp().site.local}/callback.html`)}&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256' });
      document.body.append(other);
    }`);
    expect(await tab.call('checkSession()')).toBe('signed_in');
    expect(await tab.page.evaluate('heard')).toBeGreaterThanOrEqual(4);
  });
});

describe('a page on another site than the identity provider', () => {
  it('is signed in by exactly one redirect where third-party cookies are blocked', async () => {
    const { foreign } = idp().site;
    await anaWasHere(foreign);
    const tab = await open({ redirect: true }, foreign);
    expect(await tab.until("state.status === 'signed_in'")).toMatchObject({
      silent: { outcome: 'signed_in', via: 'redirect' },
    });
    expect(frames(tab)).toBe(2); // the frame that was blind, and the redirect
    expect(tab.page.url()).toBe(`${foreign}/index.html?page=1#here`);
    expect(await tab.call('checkSession()')).toBe('login_required'); // a blind frame is no proof
    expect(await tab.call('state')).toMatchObject({ status: 'signed_in' });
    expect(await tab.remains()).not.toMatch(/redirected|verifier/);
  });

  it('is signed out after one redirect where nobody is signed in, and does not leave again', async () => {
    const tab = await open({ redirect: true }, idp().site.foreign);
    expect(await tab.until("state.silent?.via === 'redirect'")).toMatchObject({ status: 'signed_out' });
    await tab.page.reload();
    expect(await tab.until('state.silent')).toMatchObject({ status: 'signed_out', silent: { via: 'frame' } });
    expect(frames(tab)).toBe(3);
  });

  it('is signed in by the frame where they are allowed', async () => {
    await withThirdPartyCookies(async (allowing) => {
      await anaWasHere(idp().site.foreign, allowing);
      const tab = await open({ redirect: true }, idp().site.foreign, 'spa', allowing);
      expect(await tab.until("state.status === 'signed_in'")).toMatchObject({ user: { sub: 'person-ana' } });
      expect(await tab.until('state.silent')).toMatchObject({ silent: { via: 'frame' } });
      expect(frames(tab)).toBe(1);
    });
  });
});
