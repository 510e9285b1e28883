import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrowserContext } from 'playwright-core';
import { chromiumForSuite } from '../support/chromium.js';
import type { DirectTab } from '../support/direct-tab.js';
import { forgeIdTokens } from '../support/forged-id-tokens.js';
import { plainSpaForSuite } from '../support/plain-spa.js';
import { until } from '../support/until.js';

const POLLED = { pollEveryS: 900, renew: 'after401' };

const chromium = chromiumForSuite({ backForwardCache: true });
const spa = plainSpaForSuite();
let context: BrowserContext;
beforeEach(async () => {
  context = await chromium().newContext();
});
afterEach(() => context.close());

const times = (tab: DirectTab, path: string) => tab.asked.filter((asked) => asked === path).length;
const untilAsked = (tab: DirectTab, path: string, wanted: number) =>
  until(`${path} is asked ${wanted} times`, () => (times(tab, path) >= wanted ? true : undefined));
const tokenOf = (tab: DirectTab) => tab.call<string>('getAccessToken()');
/** Silent questions of this browser that are under way or wait for their turn. */
const questions = (tab: DirectTab) =>
  tab.page.evaluate<number>('navigator.locks.query().then(({ held, pending }) => held.length + pending.length)');
const untilQuiet = (tab: DirectTab) =>
  until('nothing is under way', async () => ((await questions(tab)) === 0 ? true : undefined));

/** Holds what is asked at the token endpoint until it is let go. */
async function holdTokens(): Promise<{ readonly asked: () => number; readonly letGo: () => void }> {
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  let asked = 0;
  await context.route('**/exchange', async (route) => {
    asked += 1;
    await held;
    await route.continue();
  });
  return { asked: () => asked, letGo };
}

describe('a page that talks by itself to an identity provider that is not ours', () => {
  it('finds nobody, signs in, signs in silently in the next tab, and signs out', async () => {
    const tab = await spa().open(context);
    expect(await tab.until('state.silent')).toMatchObject({
      ...{ status: 'signed_out', silent: { outcome: 'login_required', via: 'frame' } },
    });
    await spa().anaWasHere(context);
    await tab.until("state.status === 'signed_in'"); // by what another tab has told
    const next = await spa().openSignedIn(context);
    expect(await next.call('state')).toMatchObject({ user: { sub: 'ana' } });
    expect([times(tab, '/start'), times(tab, '/exchange'), times(next, '/start')]).toEqual([1, 0, 0]);
    const landing = `${spa().site.local}/gone.html`;
    await Promise.all([
      next.page.waitForURL(({ pathname }) => pathname === '/bye'),
      next.page.evaluate(`void client.signOut('${landing}')`),
    ]);
    expect(new URL(next.page.url()).searchParams.get('post_logout_redirect_uri')).toBe(landing);
    expect(await tab.until("state.status === 'signed_out'")).toMatchObject({ reason: 'signed_out' });
  });

  it('asks every so often whether the session is there, notices its end, and asks no more', async () => {
    await spa().anaWasHere(context);
    await context.clock.install();
    const tab = await spa().openSignedIn(context, POLLED);
    await context.clock.fastForward(900_000);
    await untilAsked(tab, '/exchange', 2);
    await untilQuiet(tab);
    expect(await tab.call('state')).toMatchObject({ status: 'signed_in', silent: { outcome: 'signed_in' } });
    await spa().endQuietly(context);
    await context.clock.fastForward(900_000);
    expect(await tab.until("state.status === 'signed_out'")).toMatchObject({ reason: 'login_required' });
    await untilQuiet(tab);
    await context.clock.fastForward(900_000);
    expect([await questions(tab), times(tab, '/start')]).toEqual([0, 3]);
  });

  it('does not ask where it has been asked a moment ago', async () => {
    await spa().anaWasHere(context);
    await context.clock.install();
    const tab = await spa().openSignedIn(context, POLLED);
    await context.clock.fastForward(600_000);
    expect(await tab.call('checkSession()')).toBe('signed_in');
    await context.clock.fastForward(300_000);
    expect([await questions(tab), times(tab, '/start')]).toEqual([0, 2]);
  });

  it('renews ahead of the end of the access token, by the frame, once for two tabs', async () => {
    await spa().anaWasHere(context);
    await context.clock.install();
    const tabs = [await spa().openSignedIn(context), await spa().openSignedIn(context)] as const;
    const first = await tokenOf(tabs[0]);
    expect(await tokenOf(tabs[1])).toBe(first);
    const tokens = await holdTokens();
    await context.clock.fastForward(541_000); // of 600
    await until('one renews, the other waits', async () =>
      (await questions(tabs[0])) === 2 && tokens.asked() === 1 ? true : undefined,
    );
    tokens.letGo();
    for (const tab of tabs) await untilQuiet(tab);
    const renewed = await Promise.all(tabs.map(tokenOf));
    expect([renewed[0] === renewed[1], renewed[0] === first, tokens.asked()]).toEqual([true, false, 1]);
  });

  it('gives no token that has expired: what was not renewed in time is renewed first', async () => {
    await spa().anaWasHere(context);
    await context.clock.install();
    const tab = await spa().openSignedIn(context);
    const first = await tokenOf(tab);
    await context.route('**/exchange', (route) => route.abort());
    await context.clock.fastForward(700_000);
    await untilQuiet(tab);
    expect(await tokenOf(tab)).toBeUndefined();
    expect(await tab.call('state')).toMatchObject({ status: 'signed_in', silent: { outcome: 'unavailable' } });
    await context.unroute('**/exchange');
    expect([await tokenOf(tab)]).not.toEqual([first]);
    expect(await tokenOf(tab)).toEqual(expect.any(String));
  });

  it('comes back out of the back-forward cache and asks: what ended meanwhile is shown', async () => {
    await spa().anaWasHere(context);
    const tab = await spa().openSignedIn(context);
    await untilQuiet(tab); // a lock keeps a page out of the cache
    await tab.page.evaluate('void (window.before = true)');
    await tab.page.goto('about:blank');
    await spa().endQuietly(context);
    await tab.page.evaluate('void setTimeout(() => history.back())');
    await tab.page.waitForURL(({ origin }) => origin === tab.origin, { waitUntil: 'commit' });
    expect(await tab.until("state.status === 'signed_out'")).toMatchObject({ reason: 'login_required' });
    expect(await tab.page.evaluate('before')).toBe(true); // the same page, not another
  });

  it('an answer of before a sign-out in another tab signs nobody in again', async () => {
    await spa().anaWasHere(context);
    const late = await spa().openSignedIn(context);
    const other = await spa().openSignedIn(context);
    const tokens = await holdTokens();
    const checked = late.call<string>('checkSession()');
    await until('it redeems a code', () => tokens.asked() || undefined);
    await other.page.evaluate('void client.signOut()');
    await late.until("state.status === 'signed_out'");
    tokens.letGo();
    expect(await checked).toBe('suppressed');
    expect(await late.call('state')).toMatchObject({ status: 'signed_out', reason: 'signed_out' });
  });
});

describe('an identity provider that says something else than it should', () => {
  it.each([
    ['an error', 'unavailable', { status: 503, body: '{}' }],
    ['a page', 'unavailable', { status: 200, contentType: 'text/html', body: '<h1>Welcome</h1>' }],
    ['nothing', 'failed', { status: 404, contentType: 'application/json', body: '{}' }],
    ['another issuer', 'failed', { issuer: 'https://evil.test' }],
    ['its name with a slash', 'failed', { issuer: '$issuer/' }],
    ['a script as its address', 'failed', { authorization_endpoint: 'javascript:alert(1)' }],
  ] as const)(
    'metadata: %s. Nothing is learnt, nothing is asked, and all is well when it is mended',
    async (_, outcome, said) => {
      await spa().anaWasHere(context);
      const metadata = '**/.well-known/openid-configuration';
      const headers = { 'access-control-allow-origin': '*' };
      await context.route(metadata, async (route) => {
        if ('status' in said) return route.fulfill({ ...said, headers });
        const response = await route.fetch();
        const lies = JSON.parse(JSON.stringify(said).replace('$issuer', spa().provider.issuer)) as object;
        return route.fulfill({ response, json: { ...((await response.json()) as object), ...lies } });
      });
      const tab = await spa().open(context, { redirect: true });
      expect(await tab.until('state.silent')).toMatchObject({ status: 'unknown', silent: { outcome } });
      expect(await tab.call('signIn()')).toBe(outcome);
      expect(times(tab, '/start')).toBe(0);
      await context.unroute(metadata);
      expect(await tab.call('checkSession()')).toBe('signed_in');
    },
  );

  it.each([
    ['the nonce of another sign-in', { nonce: 'other' }],
    ['no nonce', { nonce: undefined }],
    ['another issuer', { iss: 'https://evil.test' }],
    ['another audience', { aud: 'other' }],
  ])('an ID token with %s signs nobody in: not by the frame, not by redirect', async (_, lie) => {
    await spa().anaWasHere(context);
    await forgeIdTokens(context, '**/exchange', lie);
    const tab = await spa().open(context);
    expect(await tab.until('state.silent')).toMatchObject({ status: 'unknown', silent: { outcome: 'failed' } });
    await tab.page.evaluate('void client.signIn()');
    const { status, silent } = await tab.until("state.silent?.via === 'redirect'");
    expect([status, silent?.outcome]).toEqual(['unknown', 'failed']);
    expect(await tokenOf(tab)).toBeUndefined();
  });

  it('a page in a frame of another never leaves for a silent sign-in', async () => {
    const page = '<!doctype html><title>Outer</title><iframe src="/index.html"></iframe>';
    spa().site.files.set('/outer.html', { body: page, headers: { 'content-type': 'text/html' } });
    const tab = await spa().open(context, { silent: false, redirect: true });
    await tab.page.addInitScript(
      `sessionStorage.settings = sessionStorage.settings.replace('"silent":false', '"silent":true')`,
    );
    await tab.page.goto(`${spa().site.local}/outer.html`);
    const inner = await until('the frame', () =>
      tab.page.frames().find((frame) => frame.url().endsWith('/index.html')),
    );
    await inner.waitForFunction("window.client?.status === 'signed_out'");
    await inner.waitForFunction('navigator.locks.query().then(({ held }) => held.length === 0)');
    expect([times(tab, '/start'), inner.url()]).toEqual([1, `${spa().site.local}/index.html`]);
  });
});
