import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeIn, type EngineTab, engineForSuite } from '../support/engines/engine.js';
import { FIREFOX } from '../support/engines/firefox.js';
import { openTab, untilTrue } from '../support/engines/pages.js';
import { WEBKIT } from '../support/engines/webkit.js';
import { OF_A_FRONT_END, OF_THE_TIMELINE } from '../support/open-page.js';
import { type PageSite, startPageSite } from '../support/page-site.js';
import { FRONT_END_STATES, TIMELINE_STATES } from '../support/page-states.js';
import { until } from '../support/until.js';

const IS_IN = "document.documentElement.dataset.mood === 'in'";
const IS_LIVE = "document.getElementById('live').dataset.state === 'on'";
const NOTHING_WIDE = 'document.documentElement.scrollWidth <= document.documentElement.clientWidth';
const REFUSED = '/refused-by-policy';

/** The headers, with a policy that tells what it has refused. */
const telling = (headers: Readonly<Record<string, string>>) => ({
  ...headers,
  'content-security-policy': `${headers['content-security-policy']}; report-uri ${REFUSED}`,
});

describe('the pages of the demo, under their own policies', () => {
  const refused: string[] = [];
  const sites = {} as Record<'notes' | 'billing' | 'timeline', PageSite>;
  beforeAll(async () => {
    sites.notes = await startPageSite('notes', telling(OF_A_FRONT_END));
    sites.billing = await startPageSite('billing', telling(OF_A_FRONT_END));
    sites.timeline = await startPageSite('timeline', telling(OF_THE_TIMELINE));
  });
  afterAll(() => Promise.all(Object.values(sites).map((site) => site.close())));

  function script(name: keyof typeof sites, state: string): PageSite {
    const site = sites[name];
    site.answers.clear();
    refused.length = 0;
    [...FRONT_END_STATES, ...TIMELINE_STATES].find((known) => known.name === state)!.script(site);
    listenForRefusals(site);
    return site;
  }

  function listenForRefusals(site: PageSite): void {
    site.answers.set(REFUSED, (request, response) => {
      request.on('data', (part: Buffer) => refused.push(part.toString()));
      request.on('end', () => response.writeHead(204).end());
    });
  }

  /** Sees that nothing has been refused so far, and that it would be told. */
  async function expectNoneRefused(tab: EngineTab): Promise<void> {
    expect(refused).toEqual([]);
    await tab.run("void (new Image().src = 'https://elsewhere.example/')");
    expect(await until('a refusal is told', () => refused[0])).toContain('elsewhere.example');
  }

  describeIn([FIREFOX, WEBKIT], (engine) => {
    const browser = engineForSuite(engine);

    it.each([
      ['notes', '#list .note'],
      ['billing', '#list tr'],
    ] as const)(
      '%s shows who is signed in, lists, is live, and says that the session has ended',
      async (name, line) => {
        const site = script(name, 'signed in');
        const tab = await openTab(browser(), site.origin);
        await untilTrue(tab, `${IS_IN} && ${IS_LIVE} && document.querySelectorAll('${line}').length > 0`);
        expect(await tab.run(NOTHING_WIDE)).toBe(true);
        script(name, 'ended');
        await tab.run("document.getElementById('look-again').click()");
        await untilTrue(tab, "document.documentElement.dataset.mood === 'ended'");
        expect(await tab.run(`document.querySelectorAll('${line}').length`)).toBe(0);
        await expectNoneRefused(tab);
      },
    );

    it('the timeline is live, stops a service, and comes back after its stream was lost', async () => {
      const site = script('timeline', 'full');
      const tab: EngineTab = await openTab(browser(), site.origin);
      const isLive = "document.querySelector('[data-state=live]') !== null";
      await untilTrue(tab, `${isLive} && document.querySelectorAll('#entries > li').length > 5`);
      const count = await tab.run<number>("document.querySelectorAll('#entries > li').length");
      let stopped = false;
      site.answers.set('/panel/services/notes/stop', (_request, response) => {
        stopped = true;
        response.writeHead(204).end();
      });
      await tab.run("document.getElementById('switch-notes').click()");
      await until('the service is stopped', () => stopped || undefined);
      site.cut();
      await untilTrue(tab, "document.querySelector('[data-state=lost]') !== null");
      await untilTrue(tab, isLive);
      expect(await tab.run("document.querySelectorAll('#entries > li').length")).toBe(count);
      expect(await tab.run(NOTHING_WIDE)).toBe(true);
      await expectNoneRefused(tab);
    });
  });
});
