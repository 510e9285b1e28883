import { describe, expect, it } from '@jest/globals';
import { browserStackForSuite } from '../support/browser-stack.js';
import { describeIn, type EngineTab, engineForSuite } from '../support/engines/engine.js';
import { FIREFOX } from '../support/engines/firefox.js';
import { fillIn, openTab, untilTrue } from '../support/engines/pages.js';
import { WEBKIT } from '../support/engines/webkit.js';
import type { Shown } from '../support/front-end-tab.js';

describe('front ends behind the gateway', () => {
  const stackOf = browserStackForSuite();

  describeIn([FIREFOX, WEBKIT], (engine) => {
    const browser = engineForSuite(engine);

    const open = (origin: string, options: object = {}) =>
      openTab(browser(), `${origin}/?${new URLSearchParams({ options: JSON.stringify(options) }).toString()}`);
    const shows = (tab: EngineTab, id: 'status' | 'outcome', text: string) =>
      untilTrue(tab, `document.getElementById('${id}')?.textContent === '${text}'`);
    const shown = (tab: EngineTab) => tab.run<readonly Shown[]>('window.shown');
    const now = async (tab: EngineTab) => (await shown(tab)).at(-1)!;

    /** Signs Ana in by the form at Notes, and gives its page. */
    async function signedIn(): Promise<EngineTab> {
      const { notes, person } = stackOf();
      const tab = await openTab(browser(), `${notes}/bff/login?returnUrl=/page.js`);
      await fillIn(tab, person('ana'));
      await untilTrue(tab, `location.href === '${notes}/page.js'`);
      await tab.close();
      const page = await open(notes);
      await shows(page, 'status', 'signed_in');
      return page;
    }

    it('a second one is signed in with no visible page; a sign-out in one tab shows in every other', async () => {
      const { notes, billing } = stackOf();
      const first = await signedIn();
      const second = await open(billing);
      await shows(second, 'status', 'signed_in');
      expect(await now(second)).toMatchObject({
        user: { sub: 'person-ana' },
        silent: { outcome: 'signed_in', via: 'frame' },
      });
      expect((await shown(second)).map(({ status }) => status)).not.toContain('signed_out');
      expect(await second.run('[window.frames_.length, document.querySelectorAll("iframe").length]')).toEqual([1, 0]);
      const third = await open(notes);
      await shows(third, 'status', 'signed_in');
      await third.run('void window.session.signOut()');
      for (const tab of [first, second]) {
        await shows(tab, 'status', 'signed_out');
        expect((await now(tab)).reason).toBe('rp_initiated');
      }
    });

    it('an end at the IdP shows in every page', async () => {
      const first = await signedIn();
      const second = await open(stackOf().billing);
      await shows(second, 'status', 'signed_in');
      await stackOf().endSessionsOf('ana');
      for (const tab of [first, second]) {
        await shows(tab, 'status', 'signed_out');
        expect((await now(tab)).reason).toBe('backchannel_logout');
      }
    });

    it('one on another site is told login_required in a frame, where cookies are kept from it, and is signed in by one redirect', async () => {
      const { other, coolDown } = stackOf();
      await signedIn();
      const staying = await open(other);
      await shows(staying, 'outcome', 'login_required');
      expect(await now(staying)).toMatchObject({ status: 'signed_out', silent: { via: 'frame' } });
      await coolDown();
      const going = await open(other, { redirect: true });
      await shows(going, 'status', 'signed_in');
      expect((await now(going)).silent).toMatchObject({ outcome: 'signed_in', via: 'redirect' });
      expect(await going.run('location.search')).not.toMatch(/silent=|cid=/);
    });
  });
});
