import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HubDatabase } from '#store';
import { appsForSuite } from '../support/apps.js';
import { freshDatabase } from '../support/databases.js';
import { type GatewaySuite, type SiteFile, startGateway, usualSites } from '../support/gateway.js';
import { ScriptedIdp } from '../support/scripted-idp.js';
import {
  BROWSERS,
  type BrowserKind,
  IDPS,
  type IdpKind,
  LoopingPage,
  PAGES,
  type PageKind,
} from '../support/silent-loop.js';

const STARTS = ['nobody signed in', 'somebody signed in'] as const;
const FLOWS = ['silent-top', 'silent-iframe'] as const;

/** Longer than the enumeration takes. */
const coolDown = (sites: Parameters<typeof usualSites>[0]): SiteFile => {
  const file = usualSites(sites);
  return { ...file, frontEnds: file.frontEnds.map((entry) => ({ ...entry, silent: { coolDownS: 3600 } })) };
};

describe('a page that asks and asks for a silent sign-in', () => {
  const apps = appsForSuite();
  let suite: GatewaySuite;
  beforeAll(async () => {
    const [idp, url] = await Promise.all([ScriptedIdp.start(), freshDatabase('hub')]);
    const gateway = await startGateway(apps(), idp, url, { SIGN_INS_PER_MINUTE: '1000000' }, coolDown);
    suite = { idp, gateway, database: new HubDatabase(url) };
  }, 90_000);
  afterAll(async () => {
    await suite.database.$disconnect();
    await suite.idp.stop();
  });

  const cases = BROWSERS.flatMap((browser) => IDPS.map((idp): [BrowserKind, IdpKind] => [browser, idp]));
  it.each(cases)('in a browser whose %s, with an IdP that %s: never more than two redirects', async (browser, idp) => {
    const runs = PAGES.flatMap((page) =>
      FLOWS.flatMap((flow) => STARTS.map((start): [PageKind, (typeof FLOWS)[number], string] => [page, flow, start])),
    );
    await Promise.all(
      runs.map(async ([page, flow, start]) => {
        const looping = new LoopingPage(suite, { browser, idp, page, flow });
        if (start === 'somebody signed in') await looping.signIn();
        await looping.run();
        const told = `${page}, ${flow}, ${start}: ${looping.story.join(' > ')}`;
        expect([told, looping.redirects <= 2]).toEqual([told, true]);
        expect([told, looping.moves <= 3]).toEqual([told, true]);
        if (flow === 'silent-iframe') expect([told, looping.unheard]).toEqual([told, looping.unheardAllowed]);
      }),
    );
  });

  it('in two tabs that make first contact at the same instant: no tab is redirected more than twice', async () => {
    for (const idp of IDPS) {
      const kinds = { browser: 'cookies work', idp, page: 'always asks in two tabs', flow: 'silent-top' } as const;
      const looping = new LoopingPage(suite, kinds);
      await looping.run({ together: true });
      expect(looping.redirects).toBeLessThanOrEqual(3); // the tab whose cookie was overwritten ends on a page
    }
  });

  it('may be sent again when the cool-down is over', async () => {
    const looping = new LoopingPage(suite, {
      browser: 'cookies work',
      idp: 'always says login_required',
      page: 'always asks',
      flow: 'silent-top',
    });
    await looping.run();
    expect(looping.redirects).toBe(2);
    await suite.database.silentAttempt.updateMany({ data: { attemptedAt: new Date(Date.now() - 3_600_000) } });
    await looping.run();
    expect(looping.redirects).toBe(4);
  });
});
