import { describe, expect, it } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { BrowserContext } from 'playwright-core';
import { exampleApi } from '../../scripts/demo/example-clients.js';
import { codeOf } from '../../scripts/demo/story/authenticator.js';
import { browserIdpForSuite, endAllSessionsOf } from '../support/browser-idp.js';
import { chromiumForSuite } from '../support/chromium.js';
import { fillSignIn, SpaPage, type SpaSettings } from '../support/spa-page.js';

const SPA: SpaSettings = { sdk: 'auth0', clientId: 'spa' };
const SILENTLY = "getTokenSilently({ cacheMode: 'off', detailedResponse: true })";
const CALLBACK = 'handleRedirectCallback()';

interface Tokens {
  readonly access_token: string;
  readonly id_token: string;
}

describe('auth0-spa-js, unmodified, in Chromium', () => {
  const chromium = chromiumForSuite();
  const idp = browserIdpForSuite();
  const open = (context: BrowserContext, settings = SPA, origin = idp().site.local) =>
    SpaPage.open(context, idp(), origin, settings);

  /** A browser in which Ana is signed in, and a tab that nobody has told so. */
  async function signedIn(settings = SPA): Promise<{ readonly first: SpaPage; readonly context: BrowserContext }> {
    const context = await chromium().newContext();
    const first = await open(context, settings);
    await first.signIn('ana', 'loginWithRedirect()');
    expect(await first.call(CALLBACK)).toHaveProperty('value');
    return { first, context };
  }

  it('signs in by the form, then silently in another tab, again and again', async () => {
    const { first, context } = await signedIn();
    expect(await first.call('getUser()')).toMatchObject({ value: { sub: 'person-ana', name: 'Ana' } });
    const other = await open(context);
    const once = await other.call<Tokens>(SILENTLY);
    const twice = await other.call<Tokens>(SILENTLY);
    expect([once, twice]).toEqual(
      Array(2).fill({ value: expect.objectContaining({ access_token: expect.any(String) }) }),
    );
    expect(twice.value?.access_token).not.toBe(once.value?.access_token);
    expect(await other.call('getUser()')).toMatchObject({ value: { sub: 'person-ana' } });
    await context.close();
  });

  it('recognises the person by checkSession when the page is opened anew', async () => {
    const { first, context } = await signedIn();
    const other = await open(context);
    expect(await other.call('getUser()')).toEqual({});
    await other.call('checkSession()');
    expect(await other.call('getUser()')).toMatchObject({ value: { sub: 'person-ana' } });
    expect(first.page.url()).toContain('/callback.html');
    await context.close();
  });

  it('renews by refresh tokens, which rotate', async () => {
    const options = { useRefreshTokens: true, cacheLocation: 'localstorage' };
    const { first, context } = await signedIn({ ...SPA, options });
    const kept = () => first.page.evaluate<string>('JSON.stringify(localStorage).match(/refresh_token[^,]*/)[0]');
    const [before, renewed, after] = [await kept(), await first.call<Tokens>(SILENTLY), await kept()];
    expect(renewed.value?.access_token).toEqual(expect.any(String));
    expect(after).not.toBe(before);
    expect(await first.call<Tokens>(SILENTLY)).toHaveProperty('value');
    await context.close();
  });

  it('is told login_required after it has signed out, in every tab', async () => {
    const { first, context } = await signedIn();
    const other = await open(context);
    expect(await other.call(SILENTLY)).toHaveProperty('value');
    const returnTo = `${first.origin}/loggedout.html`;
    await first.leave(`logout({ logoutParams: { returnTo: '${returnTo}' } })`, ({ href }) => href.startsWith(returnTo));
    expect(await other.call(SILENTLY)).toMatchObject({ error: 'login_required' });
    await context.close();
  });

  it('is told login_required when an operator has ended the session', async () => {
    const { first, context } = await signedIn();
    await endAllSessionsOf(idp(), 'ana');
    expect(await first.call(SILENTLY)).toMatchObject({ error: 'login_required' });
    await context.close();
  });

  it('is told login_required where nobody is signed in', async () => {
    const context = await chromium().newContext();
    expect(await (await open(context)).call(SILENTLY)).toMatchObject({ error: 'login_required' });
    await context.close();
  });

  it('is told consent_required as a third party, until the person has consented', async () => {
    const { context } = await signedIn();
    const third = await open(context, { ...SPA, clientId: 'spa-consent' });
    expect(await third.call(SILENTLY)).toMatchObject({ error: 'consent_required' });
    await third.leave('loginWithRedirect()', ({ pathname }) => pathname.endsWith('/consent'));
    await third.page.getByRole('button', { name: 'Allow', exact: true }).click();
    await third.returned();
    expect(await third.call(CALLBACK)).toHaveProperty('value');
    const next = await open(context, { ...SPA, clientId: 'spa-consent' });
    expect(await next.call(SILENTLY)).toHaveProperty('value');
    await context.close();
  });

  it('signs in silently where the person has passed the second factor once', async () => {
    const { login, password, totp_secret } = idp().person('cem');
    const context = await chromium().newContext();
    const first = await open(context);
    await first.leave('loginWithRedirect()', ({ origin }) => origin === new URL(idp().issuer).origin);
    await fillSignIn(first.page, { login, password });
    await first.page.locator('input[name=code]').fill(codeOf(totp_secret ?? ''));
    await first.page.locator('input[name=code]').press('Enter');
    await first.returned();
    expect(await first.call(CALLBACK)).toHaveProperty('value');
    expect(await (await open(context)).call(SILENTLY)).toHaveProperty('value');
    await context.close();
  });

  it('gets an access token for an API that it names by audience, silently', async () => {
    const { context } = await signedIn();
    const options = { authorizationParams: { audience: exampleApi.identifier } };
    const page = await open(context, { ...SPA, options });
    const { value } = await page.call<Tokens>(SILENTLY);
    expect(decodeJwt(value?.access_token ?? '')).toMatchObject({ aud: exampleApi.identifier, sub: 'person-ana' });
    await context.close();
  });

  it.each([
    ['whose client allows no web messages', 'unlisted', {}],
    ['that pretends to be another client', 'spa', { redirect_uri: 'the-real-one' }],
  ])('times out at an origin %s, and no token arrives', async (_name, clientId, given) => {
    const { context } = await signedIn();
    const { site, otherSite } = idp();
    const redirect = 'redirect_uri' in given ? { redirect_uri: `${site.local}/callback.html` } : {};
    const options = { authorizeTimeoutInSeconds: 2, authorizationParams: redirect };
    const page = await open(context, { ...SPA, clientId, options }, otherSite.local);
    expect(await page.call(SILENTLY)).toMatchObject({ error: 'timeout' });
    expect(await page.page.evaluate('messages')).toEqual([]);
    await context.close();
  });
});
