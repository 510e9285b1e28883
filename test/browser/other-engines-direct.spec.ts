import { describe, expect, it } from '@jest/globals';
import { browserIdpForSuite, endAllSessionsOf } from '../support/browser-idp.js';
import { sdkScript } from '../support/browser-sdk.js';
import type { DirectState } from '../support/direct-tab.js';
import { describeIn, type EngineTab, engineForSuite } from '../support/engines/engine.js';
import { FIREFOX } from '../support/engines/firefox.js';
import { fillIn, openTab, untilTrue } from '../support/engines/pages.js';
import { WEBKIT } from '../support/engines/webkit.js';

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'; // RFC 7636, appendix B

describe('pages that talk to the IdP by themselves', () => {
  const idp = browserIdpForSuite();

  describeIn([FIREFOX, WEBKIT], (engine) => {
    const browser = engineForSuite(engine);

    async function open(origin: string, options: object = {}): Promise<EngineTab> {
      const tab = await openTab(browser(), `${origin}/loggedout.html`);
      const settings = { sdk: 'direct', clientId: 'spa', issuer: idp().issuer, options };
      await tab.run(`sessionStorage.setItem('settings', ${JSON.stringify(JSON.stringify(settings))})`);
      await tab.goTo(`${origin}/index.html?page=1#here`);
      return tab;
    }
    const is = (tab: EngineTab, status: string) => untilTrue(tab, `client.state.status === '${status}'`);
    const hasLooked = (tab: EngineTab) => untilTrue(tab, 'client.state.silent !== undefined');
    const stateOf = (tab: EngineTab) => tab.run<DirectState>('client.state');

    async function signedIn(): Promise<EngineTab> {
      const tab = await open(idp().site.local);
      await hasLooked(tab);
      expect(await stateOf(tab)).toMatchObject({ status: 'signed_out', silent: { outcome: 'login_required' } });
      await tab.run('void client.signIn({ prompt: "login" })');
      await fillIn(tab, idp().person('ana'));
      await is(tab, 'signed_in');
      expect(await tab.run('location.href')).toBe(`${idp().site.local}/index.html?page=1#here`);
      return tab;
    }

    it('one is signed in silently in another tab, renews, and hears of a sign-out there', async () => {
      const first = await signedIn();
      const second = await open(idp().site.local);
      await is(second, 'signed_in');
      expect(await stateOf(second)).toMatchObject({ user: { sub: 'person-ana' } });
      expect(await second.run('client.checkSession()')).toBe('signed_in');
      expect(await second.run('document.querySelectorAll("iframe").length')).toBe(0);
      await second.run(`void client.signOut('${idp().site.local}/loggedout.html')`);
      await untilTrue(second, "location.pathname === '/loggedout.html'");
      await is(first, 'signed_out');
      expect(await first.run('client.checkSession()')).toBe('login_required');
    });

    it('one on another site is told login_required in a frame, and is signed in by one redirect', async () => {
      await signedIn();
      const tab = await open(idp().site.foreign);
      await hasLooked(tab);
      expect((await stateOf(tab)).silent).toMatchObject({ outcome: 'login_required', via: 'frame' });
      await tab.run('void client.signIn()');
      await is(tab, 'signed_in');
      expect(await tab.run('client.checkSession()')).toBe('login_required'); // the frame still sees no cookie
    });

    /** What the IdP gives as `session_state` for a page at `origin`, who is then on that page. */
    async function watching(tab: EngineTab, origin: string): Promise<void> {
      const asked = {
        ...{ client_id: 'spa', response_type: 'code', scope: 'openid', state: 's', prompt: 'none' },
        ...{ redirect_uri: `${origin}/callback.html`, code_challenge: CHALLENGE, code_challenge_method: 'S256' },
      };
      await tab.run('sessionStorage.clear()');
      await tab.goTo(`${idp().issuer}authorize?${new URLSearchParams(asked).toString()}`);
      await untilTrue(tab, "location.pathname === '/callback.html'");
      await tab.run(
        `(() => { const sdk = document.createElement('script'); sdk.textContent = ${JSON.stringify(sdkScript('watch'))}; document.head.append(sdk); })()`,
      );
      await tab.run(`(() => {
        window.heard = [];
        addEventListener('message', ({ data }) => heard.push(data));
        sessionSync.watchSession({
          checkSessionIframe: '${idp().issuer}oidc/iframe/check_session', clientId: 'spa', everyS: 1,
          sessionState: new URLSearchParams(location.search).get('session_state'),
          onChanged: () => { window.changes = (window.changes ?? 0) + 1; }, onBlind: () => { window.blind = true; },
        });
      })()`);
    }

    it('one that watches the session hears unchanged, and once that it has ended; on another site it hears no change', async () => {
      const tab = await signedIn();
      const other = await openTab(browser(), `${idp().site.foreign}/loggedout.html`);
      await watching(other, idp().site.foreign);
      await watching(tab, idp().site.local);
      await untilTrue(tab, "heard.includes('unchanged')");
      await untilTrue(other, 'heard.length >= 2');
      await endAllSessionsOf(idp(), 'ana');
      await openTab(browser(), `${idp().issuer}account`); // the browser learns of it as soon as it is at the IdP
      await untilTrue(tab, "heard.includes('changed') && window.changes === 1");
      expect(await other.run("heard.filter((word) => word !== 'error')")).toEqual([]);
    });
  });
});
