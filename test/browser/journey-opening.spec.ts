import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrowserContext } from 'playwright-core';
import { browserStackForSuite } from '../support/browser-stack.js';
import { chromiumForSuite, withThirdPartyCookies } from '../support/chromium.js';
import { FrontEndTab, printMeasured, Requests } from '../support/front-end-tab.js';
import { fillSignIn } from '../support/spa-page.js';

/** The promised time is the median of 20; elsewhere it is looked at often enough to see that it is no accident. */
const OPENS = { promised: 20, elsewhere: 5 } as const;

describe('opening a second front end in a browser where somebody is signed in', () => {
  const chromium = chromiumForSuite();
  const stackOf = browserStackForSuite();
  let context: BrowserContext;
  beforeEach(async () => {
    context = await chromium().newContext();
  });
  afterEach(() => context.close());

  /** Opens a front end as if for the first time, so many times, and looks at everything that a person could notice. */
  async function openFresh(browser: BrowserContext, origin: string, where: string, opens: number): Promise<void> {
    const [sinceNavigation, sinceCreation]: [number[], number[]] = [[], []];
    for (let count = 0; count < opens; count += 1) {
      await browser.clearCookies({ domain: new URL(origin).hostname });
      const tab = await FrontEndTab.open(browser, origin);
      const { atMs, user } = await tab.until('signed_in');
      expect(user).toMatchObject({ sub: 'person-ana' });
      expect(tab.went).toHaveLength(1); // the page itself
      const { put, left } = await tab.frames();
      expect({ left, sizes: put.map(({ width, height }) => width * height) }).toEqual({ left: 0, sizes: [0] });
      expect((await tab.shown()).map(({ status }) => status)).not.toContain('signed_out');
      expect(await tab.page.evaluate('history.length')).toBe(2); // about:blank and the page
      sinceNavigation.push(atMs);
      sinceCreation.push(atMs - (await tab.page.evaluate<number>('window.createdMs')));
      await tab.page.close();
    }
    printMeasured(`${where}: signed in at A, B opened, from navigation to signed in`, sinceNavigation);
    printMeasured(`${where}: signed in at A, B opened, from createSession to signed in`, sinceCreation);
  }

  it('signs the person in there too, with no visible page, on the same site', async () => {
    const { notes, billing } = stackOf();
    const first = await FrontEndTab.signedIn(context, stackOf(), { origin: notes });
    await openFresh(context, billing, 'same site, third-party cookies blocked', OPENS.promised);
    const { user } = await first.now();
    const second = await FrontEndTab.open(context, billing);
    expect((await second.until('signed_in')).user?.sid).toBe(user?.sid); // one session of single sign-on
  });

  it('does so on another site, where the browser allows third-party cookies', async () => {
    await withThirdPartyCookies(async (browser) => {
      const { notes, other } = stackOf();
      await FrontEndTab.signedIn(browser, stackOf(), { origin: notes });
      await openFresh(browser, other, 'another site, third-party cookies allowed', OPENS.elsewhere);
    });
  });

  it('makes exactly one trip by redirect on another site, where the browser blocks them, and signs the person in', async () => {
    const { notes, other, issuer } = stackOf();
    await FrontEndTab.signedIn(context, stackOf(), { origin: notes });
    const requests = new Requests(context);
    const tab = await FrontEndTab.open(context, other, { redirect: true });
    await tab.until('signed_in');
    expect(tripsTo(issuer, requests)).toBe(1);
    expect(tab.page.url()).not.toMatch(/silent=|cid=/);
    const { silent } = await tab.now();
    expect(silent).toEqual({ outcome: 'signed_in', via: 'redirect', tookMs: expect.any(Number) });
    await tab.page.reload();
    await tab.until('signed_in');
    expect((await tab.now()).silent).toBeUndefined(); // that trip was another page's
    expect(tripsTo(issuer, requests)).toBe(1);
  });

  it.each(['blocked', 'not in the way'] as const)(
    'makes exactly one trip when nobody is signed in at the IdP, cookies %s, and none after a reload',
    async (cookies) => {
      const { billing, other, issuer } = stackOf();
      const requests = new Requests(context);
      const tab = await FrontEndTab.open(context, cookies === 'blocked' ? other : billing, { redirect: true });
      await tab.until('signed_out');
      await tab.untilOutcome('login_required');
      expect(tripsTo(issuer, requests)).toBe(1);
      expect(await tab.now()).toMatchObject({ status: 'signed_out', silent: { outcome: 'login_required' } });
      expect(tab.page.url()).not.toMatch(/silent=|cid=/);
      for (let reloads = 0; reloads < 3; reloads += 1) {
        await stackOf().coolDown();
        await tab.page.reload();
        await tab.until('signed_out');
        await tab.page.waitForFunction("document.querySelector('iframe') === null", undefined, { polling: 50 });
      }
      expect(tripsTo(issuer, requests)).toBe(1);
    },
  );

  it('calls no sign-in silent that the person began while the page was leaving for its one trip', async () => {
    const { billing, person } = stackOf();
    const tab = await FrontEndTab.open(context, billing, { redirect: true, silent: false });
    await tab.until('signed_out');
    await tab.page.evaluate(`sessionStorage.setItem('session-sync ' + location.origin, Date.now())`); // it leaves
    await tab.page.evaluate('void window.session.signIn()');
    await fillSignIn(tab.page, person('ana'));
    await tab.page.waitForURL(`${billing}/**`);
    await tab.until('signed_in');
    expect((await tab.now()).silent).toBeUndefined();
  });

  it('makes no trip where the page does not allow one', async () => {
    const { other, issuer } = stackOf();
    const requests = new Requests(context);
    const tab = await FrontEndTab.open(context, other);
    await tab.until('signed_out');
    await tab.untilOutcome('login_required');
    expect([tripsTo(issuer, requests), tab.went.length]).toEqual([0, 1]);
  });
});

/** How often a whole page was sent to the IdP to ask silently. */
function tripsTo(issuer: string, requests: Requests): number {
  return requests
    .of(`${issuer}authorize`)
    .filter((request) => request.isNavigationRequest() && request.frame().parentFrame() === null).length;
}
