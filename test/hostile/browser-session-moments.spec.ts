import { describe, expect, it } from '@jest/globals';
import { browserSessionForSuite } from '../support/browser-session.js';
import { endCoolDowns } from '../support/silent.js';
import { until } from '../support/until.js';

const SHORT = { timeoutMs: 1_500 };

describe('a page that keeps track of its session, at odd moments', () => {
  const stage = browserSessionForSuite();

  it('a look that was under way at a sign-out signs nobody in silently', async () => {
    const tab = await stage().signIn('lea');
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let count = 0;
    await tab.page.route('**/bff/user**', async (route) => {
      if ((count += 1) === 1) await held;
      await route.fallback();
    });
    await tab.page.route('**/*', async (route) => {
      const leaves = route.request().isNavigationRequest() && route.request().frame() === tab.page.mainFrame();
      await (leaves ? route.fulfill({ status: 204 }) : route.fallback()); // it does not get away
    });
    const checked = tab.check();
    await until('it has asked', () => count || undefined);
    expect(await tab.page.evaluate('session.signOut()')).toBe('signed_out');
    await endCoolDowns(stage().database);
    const asked = stage().times('/bff/silent-login');
    release();
    expect(await checked).toBe('suppressed');
    expect([stage().times('/bff/silent-login') - asked, (await tab.state()).status]).toEqual([0, 'signed_out']);
  });

  it('a sign-in in a fresh tab is shown at once by one whose own look hangs', async () => {
    const tab = await stage().open({ silent: false, timeoutMs: 60_000 });
    await tab.status('signed_out');
    let count = 0;
    await tab.page.route('**/bff/user**', () => void (count += 1)); // never answered
    void tab.check().catch(() => undefined);
    await until('it has asked', () => count || undefined);
    await stage().signIn('mia');
    expect((await tab.status('signed_in')).user?.sub).toBe('mia');
  });

  it('asks nothing while it is prerendered, and then at once', async () => {
    const tab = await stage().open(
      {},
      '/',
      "Object.defineProperty(document, 'prerendering', { value: true, configurable: true })",
    );
    await tab.page.waitForLoadState('networkidle');
    expect([(await tab.state()).status, stage().times('/bff/user')]).toEqual(['unknown', 0]);
    await tab.page.evaluate(`{
      Object.defineProperty(document, 'prerendering', { value: false });
      document.dispatchEvent(new Event('prerenderingchange'));
    }`);
    await tab.status('signed_out');
  });

  it('is no longer unknown for ever where another tab is stuck in its silent sign-in', async () => {
    const stuck = await stage().open({ silent: false });
    await stuck.page.evaluate(
      'void navigator.locks.request(`silent ${location.origin}`, () => new Promise(() => undefined))',
    );
    const tab = await stage().open(SHORT);
    await tab.status('signed_out');
    expect(await tab.check()).toBe('timeout');
  });
});
