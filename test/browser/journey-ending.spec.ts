import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrowserContext } from 'playwright-core';
import { browserStackForSuite } from '../support/browser-stack.js';
import { chromiumForSuite } from '../support/chromium.js';
import { FrontEndTab, printMeasured } from '../support/front-end-tab.js';

const ROUNDS = 3;

describe('an ending, in every tab of the browser, where the session-poller asks once an hour', () => {
  const chromium = chromiumForSuite();
  const stackOf = browserStackForSuite({ pollEveryS: 3600 });
  let context: BrowserContext;
  beforeEach(async () => {
    context = await chromium().newContext();
  });
  afterEach(() => context.close());

  /** Ana in two tabs of notes and two of billing: one session of single sign-on. */
  async function fourTabs(): Promise<readonly FrontEndTab[]> {
    const { notes, billing } = stackOf();
    await stackOf().coolDown();
    const first = await FrontEndTab.signedIn(context, stackOf(), { origin: notes });
    const others: FrontEndTab[] = [];
    for (const origin of [notes, billing, billing]) {
      const tab = await FrontEndTab.open(context, origin);
      await tab.until('signed_in');
      others.push(tab);
    }
    return [first, ...others];
  }
  /** The IdP has been told too, and sends the browser back to the front end, where nobody is signed in. */
  async function signedOutAtIdp(tab: FrontEndTab): Promise<void> {
    await tab.page.waitForURL(`${tab.origin}/`);
    await tab.until('signed_out');
    expect(await stackOf().sessionsOf('ana')).toEqual([]);
  }
  const closeAll = (tabs: readonly FrontEndTab[]) => Promise.all(tabs.map(({ page }) => page.close()));

  it('a sign-out in one tab shows in the others of that front end, and in those of the other', async () => {
    const [ofSame, ofOther]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      const tabs = await fourTabs();
      const [first, same, ...others] = tabs;
      const beganMs = Date.now();
      await first!.page.evaluate('void window.session.signOut()');
      for (const [tab, took] of [[same!, ofSame] as const, ...others.map((tab) => [tab, ofOther] as const)]) {
        const { reason, dayMs } = await tab.until('signed_out');
        expect(reason).toBe('rp_initiated'); // by word, not found out by asking the IdP
        took.push(dayMs - beganMs);
      }
      await signedOutAtIdp(first!);
      for (const tab of tabs.slice(1)) expect((await tab.now()).status).toBe('signed_out'); // and nobody is signed in again
      await closeAll(tabs);
    }
    printMeasured('signed out in one tab, shown in another of the same front end', ofSame);
    printMeasured('signed out in one tab, shown in one of another front end', ofOther);
  });

  it('an operator ends the session at the IdP, which tells: every page shows it, and why', async () => {
    const took: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const tabs = await fourTabs();
      const beganMs = Date.now();
      await stackOf().endSessionsOf('ana');
      for (const tab of tabs) {
        const { reason, dayMs } = await tab.until('signed_out');
        expect(reason).toBe('backchannel_logout');
        took.push(dayMs - beganMs);
        expect(tab.went).toHaveLength(1);
      }
      await closeAll(tabs);
    }
    printMeasured('ended at the IdP by an operator, told by back-channel logout, shown by a page', took);
  });

  it('a service answers 401 to the page after the end', async () => {
    const tab = await FrontEndTab.signedIn(context, stackOf(), { origin: stackOf().notes });
    expect([await tab.ask('notes/notes'), await tab.ask('billing/invoices')]).toEqual([200, 200]);
    await stackOf().endSessionsOf('ana');
    await tab.until('signed_out');
    expect([await tab.ask('notes/notes'), await tab.ask('billing/invoices')]).toEqual([401, 401]);
  });

  it('a person who has signed out can sign in again, and so can the other front end silently', async () => {
    const { notes, billing } = stackOf();
    const first = await FrontEndTab.signedIn(context, stackOf(), { origin: notes });
    const before = await first.until('signed_in');
    await first.page.evaluate('void window.session.signOut()');
    await signedOutAtIdp(first);
    await stackOf().coolDown();
    const again = await FrontEndTab.signedIn(context, stackOf(), { origin: notes, login: 'ben' });
    const elsewhere = await FrontEndTab.open(context, billing);
    const [here, there] = [await again.until('signed_in'), await elsewhere.until('signed_in')];
    expect([here.user?.sub, there.user]).toEqual(['person-ben', expect.objectContaining({ sid: here.user?.sid })]);
    expect(here.user?.sid).not.toBe(before.user?.sid);
  });
});
