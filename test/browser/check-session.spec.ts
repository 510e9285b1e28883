import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { type BrowserIdp, browserIdpForSuite } from '../support/browser-idp.js';
import { chromiumForSuite, withThirdPartyCookies } from '../support/chromium.js';
import { fillSignIn } from '../support/spa-page.js';

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'; // RFC 7636, appendix B
/** What an app hears in the time that an answer may take, when there is none. */
const SILENCE = 'nothing';
const PATIENCE_MS = 3_000;

const chromium = chromiumForSuite();
const idp = browserIdpForSuite();
let context: BrowserContext;
beforeEach(async () => {
  context = await chromium().newContext();
});
afterEach(() => context.close());

function authorizeUrl({ issuer }: BrowserIdp, origin: string, prompt: string): string {
  const url = new URL('/authorize', issuer);
  url.search = new URLSearchParams({
    ...{ client_id: 'spa', response_type: 'code', scope: 'openid', state: 's', prompt },
    ...{ redirect_uri: `${origin}/callback.html`, code_challenge: CHALLENGE, code_challenge_method: 'S256' },
  }).toString();
  return url.href;
}

/** Signs Ben in from the app at `origin` and gives the session state that the app is told. */
async function signIn(page: Page, origin: string): Promise<string> {
  await page.goto(authorizeUrl(idp(), origin, 'login'));
  await fillSignIn(page, idp().person('ben'));
  await page.waitForURL((url) => url.origin === origin);
  return new URL(page.url()).searchParams.get('session_state') ?? '';
}

/** Signs out at the IdP in a tab of its own. */
async function signOut(): Promise<void> {
  const page = await context.newPage();
  await page.goto(new URL('/oidc/logout', idp().issuer).href);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(/success/);
  await page.close();
}

/** Frames the page that watches the session, in the app's page; what it posts is collected in `heard`. */
async function watch(page: Page, query = ''): Promise<void> {
  const source = new URL(`/oidc/iframe/check_session${query}`, idp().issuer).href;
  await page.evaluate(
    `new Promise((resolve) => {
      window.heard = [];
      addEventListener('message', ({ data, origin }) => origin === ${JSON.stringify(new URL(source).origin)} && heard.push(data));
      const frame = Object.assign(document.createElement('iframe'), { src: ${JSON.stringify(source)}, id: 'op' });
      frame.onload = resolve;
      document.body.append(frame);
    })`,
  );
}

/** Waits for the next thing that is heard. */
async function hear(page: Page): Promise<unknown> {
  const some = page.waitForFunction('heard.length > 0', undefined, { timeout: PATIENCE_MS });
  return some.then(
    () => page.evaluate('heard.shift()'),
    () => SILENCE,
  );
}

async function ask(page: Page, message: unknown): Promise<unknown> {
  await page.evaluate(`document.getElementById('op').contentWindow.postMessage(${JSON.stringify(message)}, '*')`);
  return hear(page);
}

describe('an app that asks the frame by the standard protocol', () => {
  it('hears unchanged, changed after a sign-out, and error for what is no question', async () => {
    const page = await context.newPage();
    const state = await signIn(page, idp().site.local);
    await watch(page);
    expect(await ask(page, `spa ${state}`)).toBe('unchanged');
    expect(await ask(page, `spa-consent ${state}`)).toBe('changed'); // another client's
    expect(await ask(page, 'rubbish')).toBe('error');
    expect(await ask(page, `spa ${state} `)).toBe('error');
    await signOut();
    expect(await ask(page, `spa ${state}`)).toBe('changed');
  });

  it('learns of a sign-in, with the session state of an error', async () => {
    const page = await context.newPage();
    await page.goto(authorizeUrl(idp(), idp().site.local, 'none'));
    const nobody = new URL(page.url()).searchParams.get('session_state') ?? '';
    await watch(page);
    expect(await ask(page, `spa ${nobody}`)).toBe('unchanged');
    const other = await context.newPage();
    await signIn(other, idp().site.local);
    expect(await ask(page, `spa ${nobody}`)).toBe('changed');
  });

  it("hears nothing at an origin that is not the client's", async () => {
    const page = await context.newPage();
    const state = await signIn(page, idp().site.local);
    await page.goto(`${idp().otherSite.local}/index.html`);
    await watch(page);
    expect(await ask(page, `spa ${state}`)).toBe(SILENCE);
    expect(await ask(page, `nobody ${state}`)).toBe(SILENCE);
  });

  it('hears error, not changed, where the browser hides the cookies from the frame', async () => {
    const page = await context.newPage();
    const state = await signIn(page, idp().site.foreign);
    await watch(page);
    expect(await ask(page, `spa ${state}`)).toBe('error');
  });

  it('is answered on another site too where third-party cookies are allowed', async () => {
    await withThirdPartyCookies(async (allowing) => {
      const page = await allowing.newPage();
      const state = await signIn(page, idp().site.foreign);
      await watch(page);
      expect(await ask(page, `spa ${state}`)).toBe('unchanged');
    });
  });
});

describe('an app that names itself to the frame', () => {
  it('is told at once, and again when it changes or when it asks', async () => {
    const page = await context.newPage();
    await signIn(page, idp().site.local);
    await watch(page, '?client_id=spa');
    expect(await hear(page)).toEqual({ status: 'logged_in' });
    expect(await ask(page, { client_id: 'spa' })).toEqual({ status: 'unchanged' });
    expect(await ask(page, 'check')).toEqual({ status: 'unchanged' });
    expect(await ask(page, { client_id: 'spa-consent' })).toBe(SILENCE);
    await signOut();
    expect(await hear(page)).toEqual({ status: 'logged_out' });
    expect(await ask(page, 'check')).toEqual({ status: 'unchanged' });
  });

  it('is told logged_out when nobody is signed in', async () => {
    const page = await context.newPage();
    await page.goto(`${idp().site.local}/index.html`);
    await watch(page, '?client_id=spa');
    expect(await hear(page)).toEqual({ status: 'logged_out' });
  });

  it("is told nothing at an origin that is not the client's: the browser shows no such frame", async () => {
    const page = await context.newPage();
    await signIn(page, idp().site.local);
    await page.goto(`${idp().otherSite.local}/index.html`);
    await watch(page, '?client_id=spa');
    expect(await hear(page)).toBe(SILENCE);
    expect(await ask(page, { client_id: 'spa' })).toBe(SILENCE);
  });
});
