import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { chromiumForSuite } from '../support/chromium.js';
import { APP, openApp } from '../support/routed-idp.js';

const chromium = chromiumForSuite();
let context: BrowserContext;
beforeEach(async () => {
  context = await chromium().newContext();
});
afterEach(() => context.close());

const NOBODY = { type: 'urn:sso:problem:not-signed-in' };
const ANA = Object.entries({ sub: 'ana', sid: 'ana-1' }).map(([type, value]) => ({ type, value }));

/** A gateway where a silent sign-in in a frame gives `outcome`. Gives the addresses below it that were asked for. */
async function routeGateway(outcome: 'signed_in' | 'login_required', denied = false): Promise<readonly string[]> {
  const asked: string[] = [];
  let isIn = false;
  await context.route(`${APP}/bff/**`, (route) => {
    const { pathname, searchParams } = new URL(route.request().url());
    asked.push(pathname);
    if (pathname === '/bff/user')
      return isIn ? route.fulfill({ status: 200, json: ANA }) : route.fulfill({ status: 401, json: NOBODY });
    if (pathname !== '/bff/silent-login') return route.fulfill({ status: 204 });
    isIn = outcome === 'signed_in';
    const message = {
      ...{ source: 'bff-silent-login', v: 1, isLoggedIn: isIn, rid: searchParams.get('rid'), correlationId: 'c' },
      ...(isIn ? {} : { error: denied ? 'failed' : outcome }),
    };
    const body = `<script>parent.postMessage(${JSON.stringify(message)}, location.origin)</script>`;
    return route.fulfill({ contentType: 'text/html', body });
  });
  return asked;
}

async function open(path: string, options = '{}'): Promise<Page> {
  const { page } = await openApp(context, 'gateway', path);
  await page.evaluate(`void (session = sessionSync.createSession(${options}))`);
  await page.waitForFunction("session.status !== 'unknown'");
  return page;
}

describe('a link of somebody else’s into a front end', () => {
  it.each(['login_required', 'suppressed', 'signed_in', 'account_changed'])(
    'suppresses no silent sign-in by saying that there was one: %s',
    async (word) => {
      const asked = await routeGateway('signed_in');
      const page = await open(`/a?b=1&silent=${word}&cid=abc#c`);
      expect(await page.evaluate('[session.status, session.silent.via]')).toEqual(['signed_in', 'frame']);
      expect(asked.filter((path) => path === '/bff/silent-login')).toHaveLength(1);
      expect(page.url()).toBe(`${APP}/a?b=1#c`);
    },
  );

  it('signs nobody in', async () => {
    const asked = await routeGateway('login_required');
    const page = await open('/?silent=signed_in&cid=abc', '{ redirect: true }');
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 500))');
    expect([await page.evaluate('session.status'), asked.includes('/bff/login')]).toEqual(['signed_out', false]);
  });

  it('does not even say that somebody was signed in', async () => {
    await routeGateway('login_required');
    const page = await open('/?silent=signed_in&cid=abc', '{ silent: false }');
    expect(await page.evaluate('session.silent.outcome')).toBe('failed');
  });

  it.each(['Call%20%2B1%20555%20to%20sign%20in', '%3Cb%3E', 'a'.repeat(65), ''])(
    'puts no words of its own into what a page shows: cid=%s',
    async (cid) => {
      await routeGateway('login_required');
      const page = await open(`/?silent=login_required&cid=${cid}`, '{ silent: false }');
      expect(await page.evaluate('session.silent')).toBeUndefined();
    },
  );

  it('leads back to no other host: not by a path that reads as one', async () => {
    const asked = await routeGateway('login_required');
    const page = await open('//evil.test/?silent=login_required&cid=abc');
    expect(page.url()).toBe(`${APP}//evil.test/`);
    const [request] = await Promise.all([
      page.waitForRequest(`${APP}/bff/login?**`),
      page.evaluate('session.signIn()'),
    ]);
    expect(new URL(request.url()).searchParams.get('returnUrl')).toBe('//evil.test/'); // which the gateway takes for no path
    expect(asked).not.toContain('//evil.test/bff/login');
  });
});

describe('a browser that denies a front end every storage, and locks with it', () => {
  it('hears the gateway’s own reason, and stays', async () => {
    await context.addInitScript(`
      const deny = () => { throw new DOMException('The request was denied.', 'SecurityError') };
      Object.defineProperty(window, 'sessionStorage', { get: deny });
      LockManager.prototype.request = async () => deny();
    `);
    const asked = await routeGateway('login_required', true);
    const page = await open('/', '{ redirect: true }');
    await page.waitForFunction('session.silent !== undefined');
    expect(await page.evaluate('[session.status, session.silent.outcome]')).toEqual(['signed_out', 'failed']);
    expect(asked).not.toContain('/bff/login');
  });
});
