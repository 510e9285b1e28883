import { sessionState } from '#oidc';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '../../../test/support/databases.js';
import { answerOf, APP, appUrl, browserApp, STRANGER } from '../test/browser-apps.js';
import { Browser } from '../test/browser.js';
import { ask, fill, fillSignIn } from '../test/journey.js';
import { operate, signIn, startTestIdp, type TestIdp } from '../test/test-idp.js';

let idp: TestIdp;
beforeAll(async () => {
  idp = await startTestIdp(await freshDatabase('idp'), { moreClients: () => [browserApp('spa')] });
});
afterAll(() => idp.close());

const at = (path: string) => new URL(`/oidc/iframe/check_session${path}`, idp.issuer);
const silent = { prompt: 'none' };

async function browserState(browser: Browser): Promise<string | undefined> {
  const cookies = await browser.jar.getCookies(idp.issuer);
  return cookies.find(({ key }) => key === 'idp_browser_state')?.value;
}

async function statusOf(browser: Browser): Promise<unknown> {
  return JSON.parse((await browser.get(at('/status'))).text);
}

async function endAll(): Promise<void> {
  await operate(idp, 'DELETE', '/admin/people/sub-ana/sessions');
}

async function signOut(browser: Browser): Promise<void> {
  const page = await browser.get(new URL('/oidc/logout', idp.issuer));
  await fill(idp, browser, page, { logout: 'yes' });
}

describe('the browser state', () => {
  it('changes at sign-in and at sign-out, and never in between', async () => {
    const browser = new Browser();
    await browser.get(appUrl(idp, 'spa', silent));
    expect(await browserState(browser)).toBeUndefined();
    await signIn(idp, browser, 'ana');
    const state = await browserState(browser);
    expect(state).toMatch(/^[\w-]{43}$/);
    await browser.get(appUrl(idp, 'spa', silent));
    const again = await ask(idp, browser, 'gateway', { prompt: 'login' });
    await fillSignIn(idp, browser, again, 'ana');
    expect(await browserState(browser)).toBe(state);
    await signOut(browser);
    expect(await browserState(browser)).toBeUndefined();
    await signIn(idp, browser, 'ana');
    expect(await browserState(browser)).not.toBe(state);
  });

  it('changes when another person signs in, and tells nothing about who', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ana');
    const anas = await browserState(browser);
    await fillSignIn(idp, browser, await ask(idp, browser, 'gateway', { prompt: 'login' }), 'ben');
    expect(await browserState(browser)).not.toBe(anas);
    const elsewhere = new Browser();
    await signIn(idp, elsewhere, 'ben');
    expect(await browserState(elsewhere)).not.toBe(await browserState(browser));
  });

  it('can be read by scripts, lives as long as the session, and is one half of the session state', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ana');
    const answer = await browser.get(appUrl(idp, 'spa', silent));
    const cookies = answer.headers.getSetCookie();
    const expires = (name: string) => cookies.find((one) => one.startsWith(`${name}=`))?.match(/expires=([^;]+)/i)?.[1];
    expect(cookies.find((one) => one.startsWith('idp_browser_state='))).not.toMatch(/httponly/i);
    expect(Date.parse(expires('idp_browser_state')!)).toBe(Date.parse(expires('idp_session')!));
    const state = answerOf(answer).session_state ?? '';
    const parts = { clientId: 'spa', origin: APP, browserState: (await browserState(browser)) ?? '' };
    expect(state).toBe(sessionState(parts, state.split('.')[1]));
  });

  it('is empty in the session state of an error, which differs each time', async () => {
    const states = await Promise.all(
      [1, 2].map(async () => answerOf(await new Browser().get(appUrl(idp, 'spa', silent))).session_state ?? ''),
    );
    expect(states[0]).not.toBe(states[1]);
    const nobody = { clientId: 'spa', origin: APP, browserState: '' };
    for (const state of states) expect(state).toBe(sessionState(nobody, state.split('.')[1]));
  });
});

describe('the page that watches the session', () => {
  it("can be framed by the client's own origins when it is named, and runs one script", async () => {
    const page = await new Browser().get(at('?client_id=spa'));
    expect(page.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; " +
        `frame-ancestors ${APP} http://127.0.0.1:4300`,
    );
    expect(page.headers.get('x-frame-options')).toBeNull();
    const script = /<script src="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const file = await fetch(new URL(script, idp.issuer));
    expect(file.headers.get('content-type')).toContain('text/javascript');
    expect(await file.text()).not.toContain("'*'");
  });

  it('can be framed by anybody when it is not: each message then says who asks', async () => {
    const page = await new Browser().get(at(''));
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).not.toContain('frame-ancestors');
  });

  it.each(['?client_id=nobody', '?client_id=', '?client_id=a&client_id=b', '?client_id=%00'])(
    'is not shown for %s',
    async (query) => {
      const page = await new Browser().get(at(query));
      expect(page.status).toBe(400);
      expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    },
  );

  it.each([
    ['spa', APP, true],
    ['spa', 'http://127.0.0.1:4300', true],
    ['spa', STRANGER, false],
    ['spa', 'null', false],
    ['framed', 'http://framed.test', true],
    ['framed', APP, false],
    ['nobody', APP, false],
  ])('learns whether %s has pages at %s, and nothing else', async (client_id, origin, allowed) => {
    const query = new URLSearchParams({ client_id, origin }).toString();
    const answer = await new Browser().get(at(`/origin?${query}`));
    expect(JSON.parse(answer.text)).toEqual({ allowed });
  });

  it('is told logged_in while a silent sign-in has a chance', async () => {
    const browser = new Browser();
    expect(await statusOf(browser)).toEqual({ status: 'logged_out' });
    await signIn(idp, browser, 'ana');
    expect(await statusOf(browser)).toEqual({ status: 'logged_in' });
    await endAll();
    expect(await statusOf(browser)).toEqual({ status: 'logged_out' });
    expect(await browserState(browser)).toBeUndefined(); // so the standard protocol says "changed" as well
  });

  it('does not prolong the session, nor begin one', async () => {
    const answer = await new Browser().get(at('/status'));
    expect(answer.headers.getSetCookie()).toEqual([]);
    const browser = new Browser();
    await signIn(idp, browser, 'ana');
    expect((await browser.get(at('/status'))).headers.getSetCookie()).toEqual([]);
  });
});
