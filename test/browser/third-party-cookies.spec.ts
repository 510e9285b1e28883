import { describe, expect, it } from '@jest/globals';
import type { BrowserContext } from 'playwright-core';
import { browserIdpForSuite } from '../support/browser-idp.js';
import { chromiumForSuite, withThirdPartyCookies } from '../support/chromium.js';
import { SpaPage, type SpaSettings } from '../support/spa-page.js';

const AUTH0: SpaSettings = { sdk: 'auth0', clientId: 'spa' };
const OIDC: SpaSettings = { sdk: 'oidc', clientId: 'spa' };
const BY_MESSAGE = "getTokenSilently({ cacheMode: 'off' })";
const BY_REDIRECT = 'signinSilent({ forceIframeAuth: true })';

describe('a silent sign-in in a frame whose page is on another site than the IdP', () => {
  const chromium = chromiumForSuite();
  const idp = browserIdpForSuite();

  /** Signs Ana in at the app of the other site, and asks silently there in new tabs. */
  async function askFrom(context: BrowserContext) {
    const origin = idp().site.foreign;
    const first = await SpaPage.open(context, idp(), origin, AUTH0);
    await first.signIn('ana', 'loginWithRedirect()');
    expect(await first.call('handleRedirectCallback()')).toHaveProperty('value');
    const auth0 = await SpaPage.open(context, idp(), origin, AUTH0);
    const oidc = await SpaPage.open(context, idp(), origin, OIDC);
    return [await auth0.call(BY_MESSAGE), await oidc.call(BY_REDIRECT)];
  }

  it('is told login_required where the browser blocks third-party cookies', async () => {
    const context = await chromium().newContext();
    const refused = expect.objectContaining({ error: 'login_required' });
    expect(await askFrom(context)).toEqual([refused, refused]);
    await context.close();
  });

  it('succeeds where the browser allows them', async () => {
    await withThirdPartyCookies(async (context) => {
      const [auth0, oidc] = await askFrom(context);
      expect(auth0).toEqual({ value: expect.any(String) });
      expect(oidc).toMatchObject({ value: { profile: { sub: 'person-ana' } } });
    });
  });
});
