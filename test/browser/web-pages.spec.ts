import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { chromiumForSuite } from '../support/chromium.js';
import { OF_A_FRONT_END, OF_THE_TIMELINE, openPage } from '../support/open-page.js';
import { type PageSite, startPageSite } from '../support/page-site.js';
import { FRONT_END_STATES, type PageState, TIMELINE_STATES } from '../support/page-states.js';

const AXE = createRequire(`${process.cwd()}/package.json`).resolve('axe-core/axe.min.js');
const SHOTS = process.env.PAGE_SHOTS; // a folder, to look at the pages
const WIDTHS = [1_280, 360] as const;
/** In dark only the colours differ. */
const SCHEMES = [
  ['light', ''],
  ['dark', '{ runOnly: ["color-contrast"] }'],
] as const;

describe.each([
  ['notes', OF_A_FRONT_END, FRONT_END_STATES],
  ['billing', OF_A_FRONT_END, FRONT_END_STATES],
  ['timeline', OF_THE_TIMELINE, TIMELINE_STATES],
] as const)('the page of %s, in Chromium', (name, headers, states) => {
  const chromium = chromiumForSuite();
  let site: PageSite;
  let axe: string;
  beforeAll(async () => {
    [site, axe] = await Promise.all([startPageSite(name, headers), readFile(AXE, 'utf8')]);
    if (SHOTS !== undefined) await mkdir(SHOTS, { recursive: true });
  });
  afterAll(() => site.close());

  it.each(states.map((state) => [state.name, state] as const))(
    'is accessible, fits and is quiet: %s',
    async (_name, state: PageState) => {
      site.answers.clear();
      state.script(site);
      const context = await chromium().newContext({ reducedMotion: 'reduce', viewport: { width: 1_280, height: 900 } });
      try {
        const { page, said } = await openPage(context, site);
        await state.isShown(page);
        if (state.name === 'stream lost') {
          site.answers.delete('/timeline/events');
          site.cut();
          await page.waitForSelector('[data-state=lost]');
        }
        const found = await lookAt(page, axe, `${name}, ${state.name}`);
        expect(found).toEqual([]);
        expect(said.filter((text) => state.name !== 'stream lost' || !text.includes('net::ERR'))).toEqual([]);
      } finally {
        await context.close();
      }
    },
  );
});

/** Looks at a page in each width and scheme. Gives what is wrong. */
async function lookAt(page: Page, axe: string, name: string): Promise<readonly string[]> {
  await page.evaluate(axe); // the protocol's evaluation is not bound by the page's policy
  const found: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const [colorScheme, rules] of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      const { violations, passes } = await page.evaluate<AxeResults>(`axe.run(${rules})`);
      expect(passes).not.toEqual([]);
      const where = `${name}, ${width}, ${colorScheme}`;
      found.push(...violations.map(({ id, nodes }) => `${where}: ${id} at ${nodes.map(({ html }) => html).join()}`));
      const wide = await page.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      if (wide > 0) found.push(`${where}: ${wide} px too wide`);
      const path = `${where.replaceAll(/\W+/g, '-')}.png`;
      if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, path), fullPage: true });
    }
  }
  return found;
}
