import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrowserContext } from 'playwright-core';
import { browserStackForSuite } from '../support/browser-stack.js';
import { chromiumForSuite } from '../support/chromium.js';
import { FrontEndTab, Requests } from '../support/front-end-tab.js';
import { until } from '../support/until.js';

const TABS = 20;
const LONGER_THAN_THE_PAUSE_MS = 61_000;

describe('many tabs, and pages that mean no good', () => {
  const chromium = chromiumForSuite();
  const stackOf = browserStackForSuite();
  let context: BrowserContext;
  beforeEach(async () => {
    context = await chromium().newContext();
    await stackOf().coolDown();
  });
  afterEach(() => context.close());

  it('20 tabs of one front end make one silent sign-in and hold one event stream; a storm of focus gives one request', async () => {
    const { notes, billing, issuer } = stackOf();
    const first = await FrontEndTab.signedIn(context, stackOf(), { origin: notes });
    await first.page.close();
    await context.clock.install();
    const requests = new Requests(context);
    const tabs = await Promise.all(Array.from({ length: TABS }, () => FrontEndTab.open(context, billing)));
    for (const tab of tabs) await tab.until('signed_in');
    expect(requests.count(`${issuer}authorize`)).toBe(1);
    const attempts = requests.of('/bff/silent-login').map((request) => new URL(request.url()).searchParams.get('rid'));
    expect(new Set(attempts).size).toBe(1); // a browser without the gateway's cookie comes twice with one
    await until('one stream is open', () => (requests.open('/bff/events') === 1 ? true : undefined));
    expect(requests.count('/bff/events')).toBe(1);

    await context.clock.fastForward(LONGER_THAN_THE_PAUSE_MS);
    requests.forget();
    for (let storms = 0; storms < 3; storms += 1) await Promise.all(tabs.map((tab) => tab.comeBack()));
    await until('somebody has looked', () => (requests.count('/bff/user') > 0 ? true : undefined));
    await tabs[0]!.page.waitForLoadState('networkidle');
    expect(requests.count('/bff/user')).toBe(1);
    expect(requests.count('/bff/silent-login')).toBe(0);

    requests.forget();
    await tabs[0]!.page.close(); // perhaps the one that holds the stream: another one takes over
    await stackOf().endSessionsOf('ana');
    for (const tab of tabs.slice(1)) expect((await tab.until('signed_out')).reason).toBe('backchannel_logout');
    await until('no stream is left', () => (requests.open('/bff/events') === 0 ? true : undefined));
  });

  it('when the tab that holds the event stream closes, another one holds it', async () => {
    const { notes } = stackOf();
    const requests = new Requests(context);
    const first = await FrontEndTab.signedIn(context, stackOf(), { origin: notes });
    const others = [await FrontEndTab.open(context, notes), await FrontEndTab.open(context, notes)];
    for (const tab of others) await tab.until('signed_in');
    await until('the stream is open', () => (requests.open('/bff/events') === 1 ? true : undefined));
    await first.page.close();
    await until('another stream is open', () => (requests.count('/bff/events') === 2 ? true : undefined));
    await stackOf().endSessionsOf('ana');
    for (const tab of others) expect((await tab.until('signed_out')).reason).toBe('backchannel_logout');
  });

  it('T181: the right message from another window or frame means nothing', async () => {
    const { notes } = stackOf();
    const requests = new Requests(context);
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let frameUrl = '';
    await context.route('**/bff/silent-login*', async (route) => {
      frameUrl = route.request().url();
      await held;
      await route.abort();
    });
    const tab = await FrontEndTab.open(context, notes, { timeoutMs: 15_000 });
    await until('the frame is asked for', () => frameUrl || undefined);
    const rid = new URL(frameUrl).searchParams.get('rid');
    const right = { source: 'bff-silent-login', v: 1, isLoggedIn: true, rid, correlationId: 'x' };
    const asked = requests.count('/bff/user');
    const text = JSON.stringify(right);
    await tab.page.evaluate(`postMessage(${text}, '*')`); // the page itself: right origin, wrong window
    await tab.page.evaluate(
      "document.body.append(Object.assign(document.createElement('iframe'), { name: 'stranger' }))",
    );
    await tab.page.frame('stranger')!.evaluate(`parent.postMessage(${text}, '*')`); // right origin, another frame
    await tab.page.evaluate(
      `dispatchEvent(new MessageEvent('message', { data: ${text}, origin: location.origin,
        source: document.querySelector('iframe[src]').contentWindow }))`, // all is right, but a script has made it
    );
    const [opened] = await Promise.all([
      context.waitForEvent('page'),
      tab.page.evaluate(`void (window.opened = open('${notes}/page.js'))`),
    ]);
    await opened.waitForLoadState();
    await opened.evaluate(`opener?.postMessage(${text}, '*')`); // right origin, another window
    await tab.untilOutcome('timeout');
    release?.();
    expect(requests.count('/bff/user')).toBe(asked); // no message made it look
    expect(await tab.now()).toMatchObject({ status: 'signed_out', silent: { outcome: 'timeout' } });
  });
});
