import { describe, expect, it } from '@jest/globals';
import type { Page, Route } from 'playwright-core';
import { browserSessionForSuite } from '../support/browser-session.js';
import { endCoolDowns } from '../support/silent.js';
import { until } from '../support/until.js';

const SHORT = { timeoutMs: 1_200 };
const EVIL = 'http://evil.example.com';
const RIGHT = "source: 'bff-silent-login', v: 1, isLoggedIn: true, correlationId: 'c', rid";

/** A page in the silent frame, of the right origin, that runs `script`. `rid` is the attempt's, `say` posts to the page. */
const frameThat = (script: string) => (route: Route) =>
  route.fulfill({
    contentType: 'text/html',
    body: `<script>
      const rid = new URL(location).searchParams.get('rid');
      const say = (message) => parent.postMessage(message, location.origin);
      ${script}
    </script>`,
  });

/** How many listen to messages at the window of a page. */
async function listeners(page: Page): Promise<number> {
  const browser = await page.context().newCDPSession(page);
  const { result } = await browser.send('Runtime.evaluate', { expression: 'window' });
  const found = await browser.send('DOMDebugger.getEventListeners', { objectId: result.objectId ?? '' });
  return found.listeners.filter(({ type }) => type === 'message').length;
}

describe('what is no answer of the silent frame', () => {
  const stage = browserSessionForSuite();

  /** Serves the page without its policy, which would forbid `eval` and frames of other origins. */
  const withoutPolicy = () =>
    stage().context.route(`${stage().gateway.a}/`, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ contentType: 'text/html', body: await response.text() });
    });

  it('is told from one that is: the right message is taken, and believed no further than a look', async () => {
    await stage().context.route('**/bff/silent-login**', frameThat(`say({ ${RIGHT} })`));
    const tab = await stage().open(SHORT);
    const { silent, user } = await tab.status('signed_out');
    expect([silent?.outcome, silent?.reference, user]).toEqual(['signed_in', 'c', undefined]);
    expect([await tab.check(), stage().times('/bff/user')]).toEqual(['failed', 4]);
  });

  it.each([
    ['a wrong rid', `say({ ${RIGHT}: 'other' })`],
    ['no rid', "say({ source: 'bff-silent-login', v: 1, isLoggedIn: true })"],
    ['a rid that is a list', `say({ ${RIGHT}: [rid] })`],
    ['another version', `say({ ${RIGHT}, v: 2 })`],
    ['a version in a text', `say({ ${RIGHT}, v: '1' })`],
    ['another source', `say({ ${RIGHT}, source: 'bff-silent-logout' })`],
    ['an answer that is no boolean', `say({ ${RIGHT}, isLoggedIn: 'true' })`],
    ['JSON in a text', `say(JSON.stringify({ ${RIGHT} }))`],
    ['texts, numbers, lists and nothing', "say('bff-silent-login'); say(1); say([]); say(null); say(undefined)"],
    [
      'T188: members that are in a prototype',
      `say(JSON.parse(JSON.stringify({ __proto__: null, rid }))); say(Object.create({ ${RIGHT} }))`,
    ],
    [
      'T188: a payload that would pollute',
      `say(JSON.parse('{"__proto__":{"source":"bff-silent-login","v":1,"isLoggedIn":true,"rid":"' + rid + '"}}'))`,
    ],
    [
      'a frame inside the frame, of the right origin',
      `
      const inner = document.documentElement.appendChild(document.createElement('iframe'));
      const script = inner.contentDocument.createElement('script');
      script.textContent = 'top.postMessage({ ${RIGHT.replaceAll("'", '"')}: "' + rid + '" }, "*")';
      inner.contentDocument.documentElement.append(script)`,
    ],
    [
      'the page itself, of the right origin',
      `
      const script = parent.document.createElement('script');
      parent.eval('(rid) => postMessage({ ${RIGHT.replaceAll("'", '"')} }, origin)')(rid)`,
    ],
    [
      'a synthetic event with getters',
      `
      let reads = 0;
      const message = { get source() { reads += 1; return 'bff-silent-login' }, v: 1, isLoggedIn: true, rid };
      parent.dispatchEvent(new parent.MessageEvent('message', { data: message, origin: location.origin, source: window }));
      parent.reads = reads`,
    ],
  ])('T181: %s', async (_, script) => {
    await stage().context.route('**/bff/silent-login**', frameThat(script));
    await withoutPolicy();
    const tab = await stage().open(SHORT);
    const { silent } = await tab.status('signed_out');
    expect(silent).toMatchObject({ outcome: 'timeout', via: 'frame' });
    expect([stage().times('/bff/user'), await tab.frames()]).toEqual([1, 0]);
    expect(await tab.page.evaluate('globalThis.reads ?? 0')).toBe(0);
    expect(await tab.page.evaluate('({}).isLoggedIn')).toBeUndefined();
  });

  it('T181: the right content from another origin: the frame itself led astray, a frame beside it, an opened window', async () => {
    const text = `{ ${RIGHT}: new URL(location).searchParams.get('rid') }`;
    const post = `(parent === window ? opener : parent).postMessage(${text}, '*')`;
    await stage().context.route(`${EVIL}/**`, (route) =>
      route.fulfill({ contentType: 'text/html', body: `<script>${post}</script>` }),
    );
    await stage().context.route('**/bff/silent-login**', frameThat(`location = '${EVIL}/frame?rid=' + rid`));
    await withoutPolicy();
    const tab = await stage().open(
      {},
      '/',
      "heard = []; addEventListener('message', ({ origin }) => heard.push(origin))",
    );
    const rid = await until('the frame is asked for', () => {
      const frame = tab.page.frames().find((one) => one.url().startsWith(EVIL));
      return frame && new URL(frame.url()).searchParams.get('rid');
    });
    await tab.page.evaluate(`{
      document.body.append(Object.assign(document.createElement('iframe'), { src: '${EVIL}/beside?rid=${rid}' }));
      void open('${EVIL}/window?rid=${rid}');
    }`);
    const heard = await until('all have said it', async () => {
      const all = await tab.page.evaluate<readonly string[]>('heard');
      return all.length === 3 ? all : undefined;
    });
    expect(new Set(heard)).toEqual(new Set([EVIL]));
    expect([(await tab.state()).silent, stage().times('/bff/user')]).toEqual([undefined, 1]); // it waits still
  });

  it('T181: the rid of an attempt before', async () => {
    const replay = `
      const first = sessionStorage.first ??= rid;
      say({ source: 'bff-silent-login', v: 1, isLoggedIn: false, error: 'consent_required', rid: first })`;
    await stage().context.route('**/bff/silent-login**', frameThat(replay));
    const tab = await stage().open(SHORT);
    expect((await tab.status('signed_out')).silent?.outcome).toBe('consent_required');
    expect(await tab.check()).toBe('timeout');
  });

  it.each([
    ["error: 'signed_in', isLoggedIn: false", 'failed'],
    ["error: 'constructor', isLoggedIn: false", 'failed'],
    ["error: { toString: 1 }, isLoggedIn: false, retryAfterS: '9', correlationId: {}", 'failed'],
    ["error: 'timeout', isLoggedIn: false", 'failed'],
  ])('a message of the right attempt that says %s is %s', async (said, outcome) => {
    await stage().context.route('**/bff/silent-login**', frameThat(`say({ ${RIGHT}, ...{ ${said} } })`));
    const tab = await stage().open(SHORT);
    const { silent } = await tab.status('signed_out');
    expect([silent?.outcome, silent?.retryAfterS]).toEqual([outcome, undefined]);
  });

  it.each([
    ['says nothing', frameThat('')],
    ['can not be loaded', (route: Route) => route.abort('connectionrefused')],
    ['is never answered', () => undefined],
    ['leads to a download', (route: Route) => route.fulfill({ contentType: 'application/zip', body: 'zip' })],
  ])('T182: a frame that %s is a time-out; who is signed in stays so, and nothing is left', async (_, answer) => {
    const tab = await stage().signIn('ana', SHORT);
    await stage().context.route('**/bff/silent-login**', answer);
    await stage().database.ssoSession.updateMany({ data: { reauthReason: 'held' } });
    expect(await tab.check()).toBe('timeout');
    const { status, user } = await tab.state();
    expect([status, user?.sub, await tab.frames()]).toEqual(['signed_in', 'ana', 0]);
  });

  it('T182: a frame has ten seconds where nothing else is said, to the millisecond', async () => {
    await stage().context.route('**/bff/silent-login**', frameThat(''));
    await stage().context.clock.install({ time: 0 });
    await stage().context.clock.pauseAt(1_000);
    const tab = await stage().open();
    await until('it asks', async () => ((await tab.frames()) === 1 ? true : undefined));
    await stage().context.clock.runFor(9_999);
    expect([(await tab.state()).status, await tab.frames()]).toEqual(['unknown', 1]);
    await stage().context.clock.runFor(1);
    const { silent } = await tab.status('signed_out');
    expect([silent, await tab.frames()]).toEqual([{ outcome: 'timeout', via: 'frame', tookMs: 10_000 }, 0]);
  });

  it.each([
    ['an answer', `say({ ${RIGHT} })`],
    ['a time-out', ''],
  ])('leaves no listener behind after %s', async (_, script) => {
    await stage().context.route('**/bff/silent-login**', frameThat(script));
    const tab = await stage().open(SHORT);
    await tab.status('signed_out');
    expect([await listeners(tab.page), await tab.frames()]).toEqual([0, 0]);
  });

  it('T182: a policy that blocks the frame is a time-out too', async () => {
    await stage().context.route(`${stage().gateway.a}/`, async (route) => {
      const response = await route.fetch();
      const headers = { ...response.headers(), 'content-security-policy': "default-src 'self'; frame-src 'none'" };
      await route.fulfill({ response, headers });
    });
    const tab = await stage().open(SHORT);
    const { silent } = await tab.status('signed_out');
    expect([silent?.outcome, await tab.frames(), stage().times('/bff/silent-login')]).toEqual(['timeout', 0, 0]);
  });

  it('a page that closes its session while it asks takes the frame away, and hears nothing more', async () => {
    await stage().context.route('**/bff/silent-login**', frameThat(''));
    const tab = await stage().open();
    await until('it asks', async () => ((await tab.frames()) === 1 ? true : undefined));
    await tab.page.evaluate('session.close()');
    expect([await tab.frames(), await listeners(tab.page)]).toEqual([0, 0]);
    expect(await tab.check()).toBe('suppressed');
    expect(await tab.story()).toEqual(['unknown']);
    await endCoolDowns(stage().database);
  });
});
