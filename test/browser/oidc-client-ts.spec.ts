import { describe, expect, it } from '@jest/globals';
import type { BrowserContext } from 'playwright-core';
import { browserIdpForSuite, endAllSessionsOf } from '../support/browser-idp.js';
import { chromiumForSuite } from '../support/chromium.js';
import { SpaPage, type SpaSettings } from '../support/spa-page.js';

const SPA: SpaSettings = { sdk: 'oidc', clientId: 'spa' };
const MONITORS = { monitorSession: true, checkSessionIntervalInSeconds: 1 };

interface User {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly session_state: string | null;
  readonly profile: { readonly sub: string; readonly name: string };
}

describe('oidc-client-ts, unmodified, in Chromium', () => {
  const chromium = chromiumForSuite();
  const idp = browserIdpForSuite();
  const open = (context: BrowserContext, settings = SPA, origin = idp().site.local) =>
    SpaPage.open(context, idp(), origin, settings);

  /** A browser in which Ana is signed in, and a tab that nobody has told so. */
  async function signedIn(settings = SPA) {
    const context = await chromium().newContext();
    const first = await open(context, settings);
    await first.signIn('ana', 'signinRedirect()');
    const { value: user } = await first.call<User>('signinRedirectCallback()');
    expect(user).toMatchObject({ profile: { sub: 'person-ana', name: 'Ana' } });
    return { first, context, user: user! };
  }

  it('signs in by the form, then silently in another tab, again and again', async () => {
    const { context } = await signedIn();
    const other = await open(context);
    const once = await other.call<User>('signinSilent({ forceIframeAuth: true })');
    const twice = await other.call<User>('signinSilent({ forceIframeAuth: true })');
    expect(once.value).toMatchObject({ profile: { sub: 'person-ana' } });
    expect(twice.value).toMatchObject({ profile: { sub: 'person-ana' } });
    expect(twice.value?.access_token).not.toBe(once.value?.access_token);
    await context.close();
  });

  it('renews by refresh token, which rotates', async () => {
    const { first, context, user } = await signedIn();
    const { value: renewed } = await first.call<User>('signinSilent()');
    expect(renewed?.refresh_token).toEqual(expect.any(String));
    expect(renewed?.refresh_token).not.toBe(user.refresh_token);
    expect(renewed?.access_token).not.toBe(user.access_token);
    expect(await first.call('signinSilent()')).toHaveProperty('value');
    await context.close();
  });

  it('signs out with an id_token_hint and comes back; every tab is told login_required then', async () => {
    const { first, context } = await signedIn();
    const other = await open(context);
    expect(await other.call('signinSilent()')).toHaveProperty('value');
    const landing = `${first.origin}/loggedout.html`;
    await first.leave("signoutRedirect({ state: 'mine' })", ({ href }) => href.startsWith(landing));
    expect(await other.call('signinSilent({ forceIframeAuth: true })')).toMatchObject({ error: 'login_required' });
    await context.close();
  });

  it('is told that its refresh token is worth nothing once the session has ended', async () => {
    const { first, context } = await signedIn();
    await endAllSessionsOf(idp(), 'ana');
    expect(await first.call('signinSilent()')).toMatchObject({ error: 'invalid_grant' });
    expect(await first.call('signinSilent({ forceIframeAuth: true })')).toMatchObject({ error: 'login_required' });
    await context.close();
  });

  it('is told login_required where nobody is signed in, and consent_required as a third party', async () => {
    const context = await chromium().newContext();
    expect(await (await open(context)).call('signinSilent()')).toMatchObject({ error: 'login_required' });
    await context.close();
    const { context: other } = await signedIn();
    const third = await open(other, { ...SPA, clientId: 'spa-consent' });
    expect(await third.call('signinSilent()')).toMatchObject({ error: 'consent_required' });
    await other.close();
  });

  it('asks who is signed in without signing in (querySessionStatus)', async () => {
    const { context } = await signedIn();
    const other = await open(context);
    const status = await other.call('querySessionStatus()');
    expect(status.value).toMatchObject({ session_state: expect.any(String), sub: 'person-ana' });
    await context.close();
  });

  it.each([
    [
      'by signing out in another tab',
      (other: SpaPage) => other.leave('signoutRedirect()', ({ pathname }) => pathname === '/loggedout.html'),
    ],
    [
      'by an operator, as soon as any tab has asked the IdP again',
      async (other: SpaPage) => {
        await endAllSessionsOf(idp(), 'ana');
        expect(await other.call('signinSilent({ forceIframeAuth: true })')).toMatchObject({ error: 'login_required' });
      },
    ],
  ])('notices by the check_session frame that the session was ended %s', async (_how, end) => {
    const { context, first } = await signedIn();
    const watching = await open(context, { ...SPA, options: MONITORS });
    await watching.page.evaluate("client.events.addUserSignedOut(() => { window.told = 'signed out'; })");
    expect(await watching.call('signinSilent()')).toHaveProperty('value');
    await end(first);
    await watching.page.waitForFunction("window.told === 'signed out'", undefined, { timeout: 20_000 });
    await context.close();
  });
});
