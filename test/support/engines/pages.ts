import type { Person } from '../../../scripts/demo/secrets.js';
import { until } from '../until.js';
import type { EngineBrowser, EngineTab } from './engine.js';

/** Opens an address in a new tab. */
export async function openTab(browser: EngineBrowser, url: string): Promise<EngineTab> {
  const tab = await browser.tab();
  await tab.goTo(url);
  return tab;
}

/** Waits until an expression is true in the page that the tab shows then. */
export function untilTrue(tab: EngineTab, expression: string): Promise<true> {
  return until(expression, async () => ((await tab.run(expression).catch(() => false)) === true ? true : undefined));
}

/** Fills in the IdP's form once the tab shows it. */
export async function fillIn(tab: EngineTab, { login, password }: Person): Promise<void> {
  await untilTrue(tab, `document.querySelector('input[name=password]') !== null`);
  const fields = JSON.stringify({ login, password });
  await tab.run(`(() => {
    for (const [name, value] of Object.entries(${fields})) document.querySelector('input[name=' + name + ']').value = value;
    document.querySelector('form').requestSubmit();
  })()`);
}
