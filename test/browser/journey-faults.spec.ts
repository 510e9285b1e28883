import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { browserStackForSuite } from '../support/browser-stack.js';
import { chromiumForSuite } from '../support/chromium.js';
import { FrontEndTab, Requests } from '../support/front-end-tab.js';
import { until } from '../support/until.js';

const LONGER_THAN_THE_PAUSE_MS = 61_000;

describe('a gateway, a network and a laptop that go away and come back', () => {
  const chromium = chromiumForSuite();
  const stackOf = browserStackForSuite();
  let context: BrowserContext;
  beforeEach(async () => {
    context = await chromium().newContext();
    await stackOf().coolDown();
  });
  afterEach(() => context.close());

  /** What the page has shown since it was signed in; nothing else may have come in between. */
  const statusesOf = async (tab: FrontEndTab) => [...new Set((await tab.shown()).map(({ status }) => status))];

  it('the gateway is killed and comes back: nobody is signed out, and the next ending is heard', async () => {
    const { notes, gateway } = stackOf();
    await context.clock.install();
    const requests = new Requests(context);
    const tab = await FrontEndTab.signedIn(context, stackOf(), { origin: notes });
    await until('the stream is open', () => (requests.open('/bff/events') === 1 ? true : undefined));
    await gateway.kill();
    await until('the stream is cut', () => (requests.open('/bff/events') === 0 ? true : undefined));
    expect(await tab.call('checkSession()')).toBe('unavailable');
    await context.clock.fastForward(LONGER_THAN_THE_PAUSE_MS);
    await tab.comeBack();
    expect(await statusesOf(tab)).toEqual(['unknown', 'signed_in']);
    gateway.process.start();
    await gateway.process.ready();
    await context.clock.fastForward(LONGER_THAN_THE_PAUSE_MS);
    await until('the stream is open again', () => (requests.open('/bff/events') === 1 ? true : undefined));
    expect(await statusesOf(tab)).toEqual(['unknown', 'signed_in']);
    await stackOf().endSessionsOf('ana');
    expect((await tab.until('signed_out')).reason).toBe('backchannel_logout');
  });

  it('offline nobody is signed out; what ended meanwhile is known once the network is back', async () => {
    const tab = await FrontEndTab.signedIn(context, stackOf(), { origin: stackOf().notes });
    await context.setOffline(true);
    expect(await tab.call('checkSession()')).toBe('unavailable');
    await stackOf().endSessionsOf('ana');
    expect(await tab.call('checkSession()')).toBe('unavailable');
    await context.setOffline(false);
    await tab.until('signed_out');
    expect(await statusesOf(tab)).toEqual(['unknown', 'signed_in', 'signed_out']);
  });

  it('a laptop that sleeps is not signed out by it', async () => {
    const tab = await FrontEndTab.signedIn(context, stackOf(), { origin: stackOf().notes });
    await sleep(tab.page, () => Promise.resolve());
    expect(await tab.call('checkSession()')).toBe('signed_in');
    expect(await statusesOf(tab)).toEqual(['unknown', 'signed_in']);
  });

  it('a laptop wakes to a session that has ended while it slept, and shows that', async () => {
    const tab = await FrontEndTab.signedIn(context, stackOf(), { origin: stackOf().notes });
    await sleep(tab.page, () => stackOf().endSessionsOf('ana'));
    expect((await tab.until('signed_out')).reason).toBe('backchannel_logout');
  });
});

/** Freezes a page as a browser does whose machine sleeps, and wakes it after `meanwhile`. */
async function sleep(page: Page, meanwhile: () => Promise<void>): Promise<void> {
  const browser = await page.context().newCDPSession(page);
  await browser.send('Page.setWebLifecycleState', { state: 'frozen' });
  await meanwhile();
  await browser.send('Page.setWebLifecycleState', { state: 'active' });
  await page.bringToFront();
}
