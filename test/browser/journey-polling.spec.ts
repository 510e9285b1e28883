import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrowserContext } from 'playwright-core';
import { browserStackForSuite } from '../support/browser-stack.js';
import { chromiumForSuite } from '../support/chromium.js';
import { FrontEndTab, printMeasured } from '../support/front-end-tab.js';
import { until } from '../support/until.js';

const POLL_EVERY_S = 3;
const ROUNDS = 3;

describe('an ending that nobody tells of', () => {
  const chromium = chromiumForSuite();
  const stackOf = browserStackForSuite({ pollEveryS: POLL_EVERY_S });
  let context: BrowserContext;
  beforeEach(async () => {
    context = await chromium().newContext();
  });
  afterEach(() => context.close());

  it('is found by the second probe after it at the latest, and every page shows it', async () => {
    const { notes, billing, pollerDoor, hub } = stackOf();
    const took: number[] = [];
    const probesTaken: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await stackOf().coolDown();
      const first = await FrontEndTab.signedIn(context, stackOf(), { origin: notes });
      const second = await FrontEndTab.open(context, billing);
      const { user } = await second.until('signed_in');
      const where = { id: user!.sid };
      const { openedAt } = await hub.ssoSession.findUniqueOrThrow({ where });
      await until('the poller asks about the session', async () => {
        const { idpCheckedAt } = await hub.ssoSession.findUniqueOrThrow({ where });
        return idpCheckedAt.getTime() > openedAt.getTime() + 1000 ? true : undefined;
      });
      const before = pollerDoor.count('/oauth/introspect');
      await stackOf().endSessionsOf('ana', { push: false });
      const [endedMs, after] = [Date.now(), pollerDoor.count('/oauth/introspect')];
      for (const tab of [first, second]) {
        const { reason, dayMs } = await tab.until('signed_out');
        expect(reason).toBe('poll_session_ended');
        took.push(dayMs - endedMs);
      }
      const now = pollerDoor.count('/oauth/introspect');
      expect(now - before).toBeGreaterThanOrEqual(1); // one that came in while the session was being ended may have found it
      expect(now - after).toBeLessThanOrEqual(2);
      probesTaken.push(now - after);
      await Promise.all([first.page.close(), second.page.close()]);
    }
    process.stdout.write(`counted: probes until an untold ending was found: ${probesTaken.join(', ')}\n`);
    printMeasured(`ended at the IdP, told by nobody, polled every ${POLL_EVERY_S} s, shown by a page`, took);
  });
});
