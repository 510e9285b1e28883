import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { browserIdpForSuite } from '../support/browser-idp.js';
import { sdkScript } from '../support/browser-sdk.js';
import { chromiumForSuite, withThirdPartyCookies } from '../support/chromium.js';
import { fillSignIn } from '../support/spa-page.js';
import { until } from '../support/until.js';

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'; // RFC 7636, appendix B

describe('watchSession, in Chromium', () => {
  const chromium = chromiumForSuite();
  const idp = browserIdpForSuite();
  let sdk: string;
  beforeAll(() => {
    sdk = sdkScript('watch');
  });

  /** What the identity provider gives as `session_state`; with `prompt=none` also when nobody is signed in. */
  async function stateOf(page: Page, origin: string, prompt: string): Promise<string> {
    const url = new URL('/authorize', idp().issuer);
    url.search = new URLSearchParams({
      ...{ client_id: 'spa', response_type: 'code', scope: 'openid', state: 's', prompt },
      ...{ redirect_uri: `${origin}/callback.html`, code_challenge: CHALLENGE, code_challenge_method: 'S256' },
    }).toString();
    await page.goto(url.href);
    if (prompt === 'login') await fillSignIn(page, idp().person('ben'));
    await page.waitForURL((address) => address.origin === origin);
    return new URL(page.url()).searchParams.get('session_state') ?? '';
  }

  async function stateInNewTab(context: BrowserContext, origin: string, prompt: string): Promise<string> {
    const tab = await context.newPage();
    const state = await stateOf(tab, origin, prompt);
    await tab.close();
    return state;
  }

  async function signOut(context: BrowserContext): Promise<void> {
    const tab = await context.newPage();
    await tab.goto(new URL('/oidc/logout', idp().issuer).href);
    await tab.getByRole('button', { name: 'Sign out' }).click();
    await tab.waitForURL(/success/);
    await tab.close();
  }

  /** An app that watches; `asked` counts, `heard` is what the frame has said, `blind` says that the watch gave up. */
  async function watching(context: BrowserContext, origin: string, state: string, answer?: () => Promise<unknown>) {
    const page = await context.newPage();
    const asks: number[] = [];
    await page.exposeFunction('askAgain', () => {
      asks.push(asks.length);
      return (answer ?? (() => stateInNewTab(context, origin, 'none')))();
    });
    await page.goto(`${origin}/index.html`);
    await page.addScriptTag({ content: sdk });
    const frame = new URL('/oidc/iframe/check_session', idp().issuer).href;
    await page.evaluate(
      `window.heard = [];
      addEventListener('message', ({ data }) => heard.push(data));
      window.watch = sessionSync.watchSession({
        checkSessionIframe: ${JSON.stringify(frame)}, clientId: 'spa', sessionState: ${JSON.stringify(state)}, everyS: 1,
        onChanged: () => askAgain(), onBlind: () => { window.blind = true; },
      });`,
    );
    const hears = (word: string, times = 1) =>
      page.waitForFunction(`heard.filter((word) => word === '${word}').length >= ${times}`, undefined, { polling: 50 });
    const frames = () => page.locator('iframe').count();
    const isBlind = () => page.evaluate<boolean>('window.blind === true');
    return { page, asks, hears, frames, isBlind };
  }

  it('asks nobody while nothing changes, and once after each change', async () => {
    const context = await chromium().newContext();
    const { local } = idp().site;
    const state = await stateInNewTab(context, local, 'login');
    const { page, asks, hears, frames, isBlind } = await watching(context, local, state);
    await hears('unchanged', 2);
    expect([asks.length, await frames()]).toEqual([0, 1]);
    await signOut(context);
    await hears('changed');
    await page.evaluate('heard.length = 0');
    await hears('unchanged', 2);
    expect([asks.length, await frames(), await isBlind()]).toEqual([1, 1, false]);
    await stateInNewTab(context, local, 'login');
    await hears('changed');
    await page.evaluate('heard.length = 0');
    await hears('unchanged', 2);
    expect([asks.length, await frames(), await isBlind()]).toEqual([2, 1, false]);
    await page.evaluate('watch.stop()');
    expect(await frames()).toBe(0);
    await context.close();
  });

  it('asks once and stops where each new state is called changed at once, as blocked cookies make it (T184)', async () => {
    const context = await chromium().newContext();
    const { local } = idp().site;
    const state = await stateInNewTab(context, local, 'login');
    const salted = (salt: string) => `${'0'.repeat(64)}.${salt}`;
    const { asks, frames, isBlind } = await watching(context, local, salted('a'), () => Promise.resolve(salted('b')));
    await until('the watch has ended', async () => ((await isBlind()) ? true : undefined));
    expect([asks.length, await frames(), state.length > 64]).toEqual([1, 0, true]);
    await context.close();
  });

  it('asks nobody upon error: where the browser hides the cookies from the frame', async () => {
    const context = await chromium().newContext();
    const { foreign } = idp().site;
    const state = await stateInNewTab(context, foreign, 'login');
    const { asks, hears, isBlind } = await watching(context, foreign, state);
    await hears('error', 3);
    expect([asks.length, await isBlind()]).toEqual([0, false]);
    await context.close();
  });

  it('works on another site where third-party cookies are allowed', async () => {
    await withThirdPartyCookies(async (context) => {
      const { foreign } = idp().site;
      const state = await stateInNewTab(context, foreign, 'login');
      const { asks, hears } = await watching(context, foreign, state);
      await hears('unchanged');
      await signOut(context);
      await until('it asks', () => (asks.length > 0 ? true : undefined));
      await hears('unchanged', 2);
      expect(asks.length).toBe(1);
    });
  });

  it('ends when there is nothing more to compare with', async () => {
    const context = await chromium().newContext();
    const { local } = idp().site;
    const { asks, frames, isBlind } = await watching(context, local, `${'0'.repeat(64)}.a`, () =>
      Promise.resolve(undefined),
    );
    await until('it has asked', () => (asks.length > 0 ? true : undefined));
    await until('the frame is gone', async () => ((await frames()) === 0 ? true : undefined));
    expect(await isBlind()).toBe(false);
    await context.close();
  });

  it('believes no other sender: the page itself, another frame, a frame at the origin of the identity provider', async () => {
    const context = await chromium().newContext();
    const { local } = idp().site;
    const state = await stateInNewTab(context, local, 'login');
    const { page, asks, hears } = await watching(context, local, state);
    await hears('unchanged');
    await page.evaluate(`(async () => {
      const origin = ${JSON.stringify(new URL(idp().issuer).origin)};
      postMessage('changed', '*');
      dispatchEvent(new MessageEvent('message', { data: 'changed', origin, source: frames[0] }));
      const other = document.createElement('iframe');
      other.srcdoc = "<script>parent.postMessage('changed', '*')</" + 'script>';
      document.body.append(other);
      // another frame of the right origin, which says changed of a state that is none of ours
      const twin = Object.assign(document.createElement('iframe'), { src: origin + '/oidc/iframe/check_session' });
      await new Promise((resolve) => { twin.onload = resolve; document.body.append(twin); });
      twin.contentWindow.postMessage('spa ' + '0'.repeat(64) + '.a', origin);
    })()`);
    await hears('changed', 4);
    await page.evaluate('heard.length = 0');
    await hears('unchanged', 2);
    expect(asks.length).toBe(0);
    await context.close();
  });

  it.each([
    [{ checkSessionIframe: 'no address' }, 'TypeError'],
    [{ everyS: 0.5 }, 'RangeError'],
  ])('refuses what can only be a mistake: %j', async (mistake, name) => {
    const context = await chromium().newContext();
    const page = await context.newPage();
    await page.goto(`${idp().site.local}/index.html`);
    await page.addScriptTag({ content: sdk });
    const options = { checkSessionIframe: `${idp().issuer}frame`, clientId: 'spa', sessionState: 's', ...mistake };
    const thrown = `(() => { try { sessionSync.watchSession(${JSON.stringify(options)}) } catch (error) { return error.name } })()`;
    expect([await page.evaluate(thrown), await page.locator('iframe').count()]).toEqual([name, 0]);
    await context.close();
  });
});
