import { describe, expect, it } from '@jest/globals';
import { browserSessionForSuite, type Tab } from '../support/browser-session.js';
import { until } from '../support/until.js';

describe('a page that is left and come back to by the back button, in Chromium', () => {
  const stage = browserSessionForSuite(30, { backForwardCache: true });

  /** Leaves the page for another; `window.before` tells whether it is the same one that comes back. */
  async function leave(tab: Tab): Promise<void> {
    await tab.page.evaluate('void (before = true)');
    await tab.page.goto('about:blank');
  }
  async function comeBack(tab: Tab): Promise<void> {
    await tab.page.evaluate('void setTimeout(() => history.back())');
    await tab.page.waitForURL(`${stage().gateway.a}/`, { waitUntil: 'commit' });
  }
  const isSame = (tab: Tab) => tab.page.evaluate<boolean>('globalThis.before === true');
  const untilStreams = (wanted: number) =>
    until(`the events are asked for ${wanted} times`, () =>
      stage().times('/bff/events') >= wanted ? true : undefined,
    );

  it('gives up its stream in the back-forward cache, and looks when it comes out: it was deaf there', async () => {
    const tab = await stage().signIn('fay', { silent: false });
    await untilStreams(1);
    await leave(tab);
    const other = await stage().open({ silent: false });
    await other.status('signed_in');
    await untilStreams(2); // the leader's place was free
    await other.page.evaluate('void session.signOut()');
    await until('the browser was at the IdP', () => (stage().who === undefined ? true : undefined));
    await comeBack(tab);
    await tab.status('signed_out');
    expect(await isSame(tab)).toBe(true);
    expect((await tab.story()).slice(-2)).toEqual(['signed_in', 'signed_out']);
  });

  it('takes part again when it is out: it hears the next ending', async () => {
    const tab = await stage().signIn('gil', { silent: false });
    await untilStreams(1);
    await leave(tab);
    const asked = stage().times('/bff/user');
    await comeBack(tab);
    await until('it looks', () => (stage().times('/bff/user') > asked ? true : undefined));
    await untilStreams(2);
    expect([await isSame(tab), (await tab.state()).status]).toEqual([true, 'signed_in']);
    await stage().endAtIdp('gil-1');
    expect((await tab.status('signed_out')).reason).toBe('backchannel_logout');
  });

  it('forward and back again, where the browser keeps no page, is a page that opens', async () => {
    const tab = await stage().signIn('ida', { silent: false });
    await tab.page.evaluate("void (before = true, addEventListener('unload', () => undefined))");
    await tab.page.goto('about:blank');
    await stage().endAtIdp('ida-1');
    await comeBack(tab);
    await tab.status('signed_out');
    expect([await isSame(tab), await tab.story()]).toEqual([false, ['unknown', 'signed_out']]);
  });
});
