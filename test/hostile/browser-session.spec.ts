import { describe, expect, it } from '@jest/globals';
import { browserSessionForSuite, type Tab } from '../support/browser-session.js';
import { endCoolDowns } from '../support/silent.js';
import { until } from '../support/until.js';

const SHORT = { timeoutMs: 1_500 };

describe('a page that keeps track of its session, in Chromium', () => {
  const stage = browserSessionForSuite();

  it('finds out who is signed in, and SDK-09: whom a silent sign-in has brought', async () => {
    const { who } = stage();
    expect(who).toBeUndefined();
    stage().who = { sub: 'ana', sid: 'ana-1' };
    const tab = await stage().open();
    const { user, silent } = await tab.status('signed_in');
    expect([user?.sub, silent?.outcome, silent?.via]).toEqual(['ana', 'signed_in', 'frame']);
    expect(await tab.story()).toEqual(['unknown', 'signed_in']);
    expect([stage().times('/bff/user'), await tab.frames()]).toEqual([2, 0]);
  });

  it('T183: login_required in a frame leaves for one silent sign-in by redirect, T184: and never for a second', async () => {
    const tab = await stage().open({ redirect: true, ...SHORT }, '/?a=1#there');
    const back = await until('it is back', async () => {
      const state = await tab.state().catch(() => undefined);
      return state?.silent?.via === 'redirect' && state.status === 'signed_out' ? state : undefined;
    });
    expect(back.silent).toMatchObject({ outcome: 'login_required', reference: expect.stringMatching(/^[\w-]+$/) });
    expect(tab.page.url()).toBe(`${stage().gateway.a}/?a=1#there`);
    for (let times = 0; times < 3; times += 1) {
      await endCoolDowns(stage().database);
      await tab.page.reload();
      await tab.status('signed_out');
      await tab.minuteLater();
      await tab.focus();
      expect(await tab.check()).not.toBe('signed_in');
    }
    expect(stage().times('/bff/login')).toBe(1);
  });

  it('T183: login_required in a frame signs nobody out who must be confirmed only', async () => {
    const tab = await stage().signIn('ana', SHORT);
    stage().who = undefined;
    await stage().database.ssoSession.updateMany({ data: { reauthReason: 'held' } });
    await tab.check(); // or the gateway's own news were first
    const { status, user, silent } = await tab.silent();
    expect([status, user?.sub, silent?.outcome, silent?.via]).toEqual(['signed_in', 'ana', 'login_required', 'frame']);
    expect(await tab.frames()).toBe(0);
    expect(await tab.story()).toEqual(['unknown', 'signed_in']);
  });

  it('never leaves where the tab can remember nothing', async () => {
    const tab = await stage().open(
      { redirect: true, ...SHORT },
      '/',
      "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('blocked') } })",
    );
    await tab.status('signed_out');
    expect(await tab.check()).toBe('suppressed');
    expect([stage().times('/bff/login'), stage().times('/bff/silent-login')]).toEqual([0, 2]); // its cookie first
  });

  it('never leaves out of a frame', async () => {
    const { a } = stage().gateway;
    const html = { status: 200, contentType: 'text/html' };
    await stage().context.route(`${a}/outer`, (route) => route.fulfill({ ...html, body: '<iframe src="/"></iframe>' }));
    await stage().context.route(`${a}/`, async (route) => {
      const { body } = { body: await (await route.fetch()).text() };
      await route.fulfill({ ...html, body }); // without the policy that forbids frames
    });
    const tab = await stage().open({ redirect: true, ...SHORT }, '/outer');
    const inner = await until('the frame', () => tab.page.frames().find((frame) => frame.url() === `${a}/`));
    await until('it is known', async () => {
      const status = await inner.evaluate<string>('globalThis.session?.status').catch(() => undefined);
      return status === 'signed_out' ? true : undefined;
    });
    expect(await inner.evaluate('sessionStorage.length')).toBe(0); // the mark is set before leaving
    expect([stage().times('/bff/login'), stage().times('/bff/silent-login')]).toEqual([0, 2]);
  });

  it('T187: a sign-out in one tab is shown in the other, and the gateway knows', async () => {
    const a = await stage().signIn('ana');
    const b = await stage().open();
    await b.status('signed_in');
    const asked = stage().times('/bff/user');
    await a.page.evaluate('void session.signOut()');
    const { reason, user } = await b.status('signed_out');
    expect([reason, user, stage().times('/bff/user')]).toEqual(['rp_initiated', undefined, asked]);
    await until('the browser was at the IdP', () => (stage().who === undefined ? true : undefined));
    await a.status('signed_out');
  });

  it('is told of an ending by the one tab that listens, and another takes over when it closes', async () => {
    const leader = await stage().signIn('ben');
    const [b, c] = [await stage().open(), await stage().open()];
    await Promise.all([b.status('signed_in'), c.status('signed_in')]);
    await until('a tab listens', () => stage().times('/bff/events') || undefined);
    expect(stage().times('/bff/events')).toBe(1);
    await leader.page.close();
    await until('another tab listens', () => (stage().times('/bff/events') === 2 ? true : undefined));
    await stage().endAtIdp('ben-1');
    const states = await Promise.all([b.status('signed_out'), c.status('signed_out')]);
    expect(states.map(({ reason }) => reason)).toEqual(['backchannel_logout', 'backchannel_logout']);
  });

  it.each([
    ['an error of the gateway', { status: 503, body: '{"type":"urn:sso:problem:unavailable"}' }],
    ['a page of a captive portal', { status: 200, contentType: 'text/html', body: '<h1>Welcome to our café</h1>' }],
    ['a 401 of somebody else', { status: 401, contentType: 'text/html', body: 'Who are you?' }],
    ['too many requests', { status: 429, body: '{"type":"urn:sso:problem:too-many-requests"}' }],
    ['claims without a session', { status: 200, body: '[{"type":"sub","value":"eve"}]' }],
  ])('%s signs nobody out, and nobody in', async (_, answer) => {
    const tab = await stage().signIn('cleo', SHORT);
    await stage().context.route('**/bff/user**', (route) => route.fulfill(answer));
    await tab.minuteLater();
    await tab.focus();
    expect(await tab.check()).toBe('unavailable');
    expect((await tab.state()).user?.sub).toBe('cleo');
    const fresh = await stage().open(SHORT);
    expect(await fresh.check()).toBe('unavailable');
    expect(await fresh.story()).toEqual(['unknown']);
    expect(stage().times('/bff/silent-login')).toBe(0);
  });

  it('a lost network signs nobody out; when it is back it is looked at once', async () => {
    const tab = await stage().signIn('dora', SHORT);
    await stage().context.setOffline(true);
    expect(await tab.check()).toBe('unavailable');
    expect((await tab.state()).status).toBe('signed_in');
    const asked = stage().times('/bff/user');
    await tab.minuteLater();
    await stage().context.setOffline(false);
    await until('it has looked', () => (stage().times('/bff/user') > asked ? true : undefined));
    expect(await tab.story()).toEqual(['unknown', 'signed_in']);
  });

  it('a browser without Web Locks and channels: each tab for itself', async () => {
    const without =
      'for (const [of, name] of [[navigator, "locks"], [globalThis, "BroadcastChannel"]]) Object.defineProperty(of, name, { value: undefined })';
    const a = await stage().signIn('eli', {}, without);
    const b = await stage().open({}, '/', without);
    await b.status('signed_in');
    await until('both listen', () => (stage().times('/bff/events') === 2 ? true : undefined));
    await stage().endAtIdp('eli-1');
    await Promise.all([a.status('signed_out'), b.status('signed_out')]);
  });

  it('T185: twenty tabs that are come back to at once ask once', async () => {
    const tabs = [await stage().signIn('gus')];
    while (tabs.length < 20) tabs.push(await stage().open());
    await Promise.all(tabs.map((tab) => tab.status('signed_in')));
    await Promise.all(tabs.map((tab) => tab.minuteLater()));
    const [asked, atIdp] = [stage().times('/bff/user'), stage().atIdp];
    await Promise.all(tabs.map((tab) => tab.focus()));
    await until('one has asked', () => (stage().times('/bff/user') > asked ? true : undefined));
    await tabs[0]!.untilLocks('look', [0, 0]);
    for (const tab of tabs) await tab.focus();
    await tabs[0]!.untilLocks('look', [0, 0]);
    expect([stage().times('/bff/user') - asked, stage().atIdp - atIdp]).toEqual([1, 0]);
    expect(stage().times('/bff/events')).toBe(1);
  });

  it('T185: twenty tabs where nobody is signed in ask the IdP once, and all are signed in', async () => {
    const tabs = [await stage().open()];
    while (tabs.length < 20) tabs.push(await stage().open());
    await Promise.all(tabs.map((tab) => tab.status('signed_out')));
    await endCoolDowns(stage().database);
    await Promise.all(tabs.map((tab) => tab.minuteLater()));
    stage().who = { sub: 'hal', sid: 'hal-1' };
    const [asked, atIdp] = [stage().times('/bff/user'), stage().atIdp];
    await Promise.all(tabs.map((tab) => tab.focus()));
    await Promise.all(tabs.map((tab) => tab.status('signed_in')));
    expect([stage().times('/bff/user') - asked, stage().atIdp - atIdp]).toEqual([2, 1]);
  });

  it('T185: two tabs whose scripts ask at once are one silent sign-in', async () => {
    const tabs = [await stage().open({ silent: false }), await stage().open({ silent: false })] as const;
    await Promise.all(tabs.map((tab) => tab.status('signed_out')));
    stage().who = { sub: 'lea', sid: 'lea-1' };
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await stage().context.route('**/bff/silent-login**', (route) => held.then(() => route.continue()));
    const checked = tabs.map((tab) => tab.check());
    await tabs[0].untilLocks('silent', [1, 1]);
    release();
    expect(await Promise.all(checked)).toEqual(['signed_in', 'signed_in']);
    expect(stage().atIdp).toBe(1);
  });

  /** Lets a tab ask who is signed in, and holds the answer back that the gateway has given. */
  async function checkLate(tab: Tab) {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let count = 0;
    await tab.page.route('**/bff/user**', async (route) => {
      const response = await route.fetch();
      if ((count += 1) === 1) await held;
      await route.fulfill({ response });
    });
    const checked = tab.check();
    await until('it has asked', () => count || undefined);
    return { checked, release };
  }

  it('a late answer of before a sign-in elsewhere is asked for again, and no silent sign-in is tried', async () => {
    const options = { silent: false, timeoutMs: 60_000 };
    const [late, other] = [await stage().open(options), await stage().open(options)];
    await Promise.all([late.status('signed_out'), other.status('signed_out')]);
    const { checked, release } = await checkLate(late);
    stage().who = { sub: 'mia', sid: 'mia-1' };
    expect(await other.check()).toBe('signed_in');
    await late.status('signed_in');
    const asked = stage().times('/bff/silent-login');
    release();
    expect([await checked, stage().times('/bff/silent-login')]).toEqual(['signed_in', asked]);
  });

  it('a late answer of before a sign-out elsewhere signs nobody in again', async () => {
    const late = await stage().signIn('jan', { silent: false, timeoutMs: 60_000 });
    const { checked, release } = await checkLate(late);
    await stage().endAtIdp('jan-1');
    await late.status('signed_out');
    release();
    expect(await checked).toBe('login_required');
    expect((await late.story()).slice(-2)).toEqual(['signed_in', 'signed_out']);
  });

  it('a sign-out that the gateway does not hear changes nothing', async () => {
    const tab = await stage().signIn('kim', SHORT);
    await stage().context.route('**/bff/logout', (route) => route.fulfill({ status: 503, body: '' }));
    expect(await tab.page.evaluate('session.signOut()')).toBe('unavailable');
    expect([(await tab.state()).user?.sub, tab.page.url()]).toEqual(['kim', `${stage().gateway.a}/`]);
  });

  it('tells at once who has misconfigured it what to do', async () => {
    const tab = await stage().open();
    const thrown = (options: string) =>
      tab.page.evaluate(`try { sessionSync.createSession(${options}) } catch (error) { String(error) }`);
    expect(await thrown("{ gateway: 'https://gateway.example.com' }")).toMatch(/^TypeError: gateway: /);
    expect(await thrown('{ timeoutMs: 0 }')).toMatch(/^RangeError: timeoutMs: /);
  });
});
