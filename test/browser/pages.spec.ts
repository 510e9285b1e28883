import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { browserIdpForSuite } from '../support/browser-idp.js';
import { chromiumForSuite } from '../support/chromium.js';
import { walkIdpPages } from '../support/idp-pages.js';

/** In dark only the colours differ. */
const SCHEMES = [
  ['light', ''],
  ['dark', '{ runOnly: ["color-contrast"] }'],
] as const;
const AXE = createRequire(`${process.cwd()}/package.json`).resolve('axe-core/axe.min.js');

describe("the IdP's pages, in Chromium", () => {
  const chromium = chromiumForSuite();
  const idp = browserIdpForSuite();

  it('have no violation that axe-core finds, in light and in dark', async () => {
    const axe = await readFile(AXE, 'utf8');
    const found: string[] = [];
    const seen: string[] = [];
    await walkIdpPages(chromium(), idp(), async (name, page) => {
      seen.push(name);
      await page.evaluate(axe); // the protocol's evaluation is not bound by the page's policy
      for (const [scheme, rules] of SCHEMES) {
        await page.emulateMedia({ colorScheme: scheme });
        found.push(...(await violationsOf(page, rules)).map((violation) => `${name}, ${scheme}: ${violation}`));
      }
    });
    expect(found).toEqual([]);
    expect(seen.length).toBeGreaterThan(20);
  });
});

async function violationsOf(page: Page, rules: string): Promise<readonly string[]> {
  const { violations, passes } = await page.evaluate<AxeResults>(`axe.run(${rules})`);
  expect(passes).not.toEqual([]);
  return violations.map(({ id, nodes }) => `${id} at ${nodes.map(({ html }) => html.slice(0, 120)).join(' and ')}`);
}
