import { afterEach, expect, it } from '@jest/globals';
import { freePort } from '../../scripts/stack/free-port.js';
import { CalibrationRun } from '../support/calibration.js';
import { chromiumForSuite } from '../support/chromium.js';
import { HabitIdp } from '../support/habit-idp.js';
import { ScriptedIdp } from '../support/scripted-idp.js';

const chromium = chromiumForSuite();
let scripted: ScriptedIdp | undefined;
afterEach(() => scripted?.stop());

it('the page of probe-calibrate leads a person through, and goes on by itself where nobody is needed', async () => {
  scripted = await ScriptedIdp.start();
  new HabitIdp(scripted, { idleS: 1 });
  const run = await CalibrationRun.start(scripted.issuer, await freePort(), ['--idle-s', '1']);
  const page = await chromium().newPage({ colorScheme: 'dark' });
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(`${run.origin}/`);
  await page.getByRole('link', { name: 'Sign in' }).click();
  const signOut = page.getByRole('link', { name: 'Sign out at the IdP', exact: true });
  const [other] = await Promise.all([page.waitForEvent('popup'), signOut.click({ timeout: 60_000 })]);
  await other.waitForLoadState();
  await page.getByRole('link', { name: 'I have signed out' }).click();
  await page.getByRole('heading', { name: 'Found: introspect' }).waitFor({ timeout: 30_000 });
  expect(await page.locator('pre').textContent()).toContain('tokensEndWithSession: true');
  expect(await run.end()).toMatchObject({ code: 0 });
  expect(complaints).toEqual([]);
}, 120_000);
