import { describe, expect, it } from '@jest/globals';
import { browserIdpForSuite } from '../support/browser-idp.js';
import { withThirdPartyCookies } from '../support/chromium.js';
import { fillSignIn } from '../support/spa-page.js';

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'; // RFC 7636, appendix B

describe('the frame that watches the session, of an IdP whose cookies are for its own site', () => {
  const idp = browserIdpForSuite({ IDP_CROSS_SITE_FRAMES: '0' });

  it.each([
    ['knows on its own site', 'local', 'unchanged'],
    ['says error on another, not changed, also where the browser allows third-party cookies', 'foreign', 'error'],
  ] as const)('%s', async (_name, where, answer) => {
    const { issuer, site, person } = idp();
    await withThirdPartyCookies(async (context) => {
      const page = await context.newPage();
      const url = new URL('/authorize', issuer);
      url.search = new URLSearchParams({
        ...{ client_id: 'spa', response_type: 'code', scope: 'openid', state: 's' },
        ...{ redirect_uri: `${site[where]}/callback.html`, code_challenge: CHALLENGE, code_challenge_method: 'S256' },
      }).toString();
      await page.goto(url.href);
      await fillSignIn(page, person('ben'));
      await page.waitForURL(({ origin }) => origin === site[where]);
      const question = `spa ${new URL(page.url()).searchParams.get('session_state')}`;
      const asked = page.evaluate(`new Promise((resolve) => {
        addEventListener('message', ({ data }) => resolve(data));
        const frame = document.createElement('iframe');
        frame.src = '${issuer}oidc/iframe/check_session';
        frame.onload = () => frame.contentWindow.postMessage(${JSON.stringify(question)}, '*');
        document.body.append(frame);
      })`);
      expect(await asked).toBe(answer);
    });
  });
});
