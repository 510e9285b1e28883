import { createHash } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { codeOf } from '../../scripts/demo/story/authenticator.js';
import { type BrowserIdp, operate } from './browser-idp.js';
import { fillSignIn } from './spa-page.js';

/** What is done with each page that comes up. The page is as it was afterwards. */
export type Look = (name: string, page: Page) => Promise<void>;

const CHALLENGE = createHash('sha256').update('a'.repeat(43)).digest('base64url');
const WRONG = 'not-the-password';

/** Walks through every page that the IdP shows to people, with and without faults. */
export async function walkIdpPages(browser: Browser, idp: BrowserIdp, look: Look): Promise<void> {
  for (const walk of [
    errors,
    signIn,
    secondFactor,
    newPassword,
    enrolment,
    consent,
    account,
    ownSecondFactor,
    signOut,
  ]) {
    const context = await browser.newContext();
    context.setDefaultTimeout(15_000);
    await walk(await context.newPage(), idp, look);
    await context.close();
  }
}

const authorize = (idp: BrowserIdp, more: Readonly<Record<string, string>> = {}): string => {
  const url = new URL('authorize', idp.issuer);
  const redirect = { client_id: 'spa', redirect_uri: `${idp.site.local}/callback.html` };
  const request = { response_type: 'code', scope: 'openid profile email', state: 'a-state' };
  const all = { ...redirect, ...request, code_challenge: CHALLENGE, code_challenge_method: 'S256', ...more };
  url.search = new URLSearchParams(all).toString();
  return url.href;
};

const heading = (page: Page, text: string | RegExp) => page.getByRole('heading', { level: 1, name: text }).waitFor();
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first().click();

async function errors(page: Page, idp: BrowserIdp, look: Look): Promise<void> {
  await page.goto(authorize(idp, { client_id: 'nobody-knows-it' }));
  await look('error', page);
  await page.goto(`${idp.issuer}interaction/of-long-ago`);
  await look('expired', page);
}

async function signIn(page: Page, idp: BrowserIdp, look: Look): Promise<void> {
  await page.goto(authorize(idp));
  await look('sign-in', page);
  await fillSignIn(page, { login: 'ben', password: WRONG });
  await page.getByRole('alert').waitFor();
  await look('sign-in-fault', page);
  const refused = page.getByRole('heading', { level: 1, name: 'Too many attempts' });
  for (let tries = 0; tries < 8 && !(await refused.isVisible()); tries += 1) {
    await page.locator('input[name=login]').fill('nobody');
    await page.locator('input[name=password]').fill(WRONG);
    await Promise.all([page.waitForEvent('load'), press(page, 'Sign in')]);
  }
  await refused.waitFor();
  await look('too-many', page);
}

async function secondFactor(page: Page, idp: BrowserIdp, look: Look): Promise<void> {
  const cem = idp.person('cem');
  await page.goto(authorize(idp));
  await fillSignIn(page, cem);
  await heading(page, 'Enter your code');
  await look('mfa', page);
  await page.locator('input[name=code]').fill('000000');
  await press(page, 'Go on');
  await page.getByRole('alert').waitFor();
  await look('mfa-fault', page);
  await page.getByRole('link', { name: 'Use a recovery code' }).click();
  await heading(page, 'Enter a recovery code');
  await look('mfa-recovery', page);
}

async function newPassword(page: Page, idp: BrowserIdp, look: Look): Promise<void> {
  const emil = { login: 'emil', password: 'a password that is too old' };
  const person = { ...emil, name: 'Emil', email: 'emil@example.com', passwordExpired: true };
  await operate(idp, 'POST', '/admin/people', person);
  await page.goto(authorize(idp));
  await fillSignIn(page, emil);
  await heading(page, 'Choose a new password');
  await look('password-expired', page);
  await page.locator('input[name=password]').fill(emil.password);
  await page.locator('input[name=again]').fill(emil.password);
  await press(page, 'Change the password');
  await page.getByRole('alert').waitFor();
  await look('password-expired-fault', page);
}

async function enrolment(page: Page, idp: BrowserIdp, look: Look): Promise<void> {
  const dora = { login: 'dora', password: 'a password of Dora, who needs two factors' };
  await operate(idp, 'POST', '/admin/people', { ...dora, name: 'Dora', email: 'd@example.com', mfaRequired: true });
  await page.goto(authorize(idp));
  await fillSignIn(page, dora);
  await heading(page, 'Set up a second factor');
  await look('mfa-enrolment', page);
  await enrol(page);
  await look('mfa-recovery-codes', page);
}

/** Types the code of the secret that the page shows. */
async function enrol(page: Page): Promise<void> {
  const shown = (await page.locator('code').first().textContent()) ?? '';
  await page.locator('input[name=code]').fill(codeOf(shown.replaceAll(' ', '')));
  await press(page, 'Finish');
  await heading(page, 'Save your recovery codes');
}

async function consent(page: Page, idp: BrowserIdp, look: Look): Promise<void> {
  await page.goto(authorize(idp, { client_id: 'spa-consent' }));
  await fillSignIn(page, idp.person('ana'));
  await heading(page, 'Allow access?');
  await look('consent', page);
  await press(page, 'Allow');
  await page.waitForURL(({ pathname }) => pathname === '/callback.html');
  await page.goto(authorize(idp, { prompt: 'select_account' }));
  await heading(page, 'Choose an account');
  await look('select-account', page);
}

async function account(page: Page, idp: BrowserIdp, look: Look): Promise<void> {
  await page.goto(`${idp.issuer}account`);
  await fillSignIn(page, idp.person('ana')); // she has another session and an app of another party by now
  await heading(page, 'Your account');
  await look('account', page);
  await press(page, 'Ask me each time');
  await page.getByRole('status').waitFor();
  await look('account-notice', page);
  await page.goto(`${idp.issuer}account/password`);
  await look('account-password', page);
  await page.locator('input[name=current]').fill(WRONG);
  await page.locator('input[name=password]').fill('a brand new password');
  await page.locator('input[name=again]').fill('a brand new password');
  await press(page, 'Change the password');
  await page.getByRole('alert').waitFor();
  await look('account-password-fault', page);
}

async function ownSecondFactor(page: Page, idp: BrowserIdp, look: Look): Promise<void> {
  const ben = idp.person('ben');
  await page.goto(`${idp.issuer}account`);
  await fillSignIn(page, ben);
  await page.getByRole('link', { name: 'Set up a second factor' }).click();
  await heading(page, 'Second factor: off');
  await look('second-factor-off', page);
  await page.locator('input[name=current]').fill(ben.password);
  await press(page, 'Set up a second factor');
  await heading(page, 'Set up a second factor');
  await look('second-factor-set-up', page);
  await enrol(page);
  await look('second-factor-codes', page);
  const [recoveryCode = ''] = await page.locator('.codes code').allTextContents();
  await page.getByRole('checkbox').check();
  await press(page, 'To your account');
  await page.getByRole('link', { name: 'Use a recovery code' }).click();
  await page.locator('input[name=code]').fill(recoveryCode); // the app's code of this half minute is used up
  await press(page, 'Go on');
  await page.getByRole('link', { name: 'Change the second factor' }).click();
  await heading(page, 'Second factor: on');
  await look('second-factor-on', page);
}

async function signOut(page: Page, idp: BrowserIdp, look: Look): Promise<void> {
  await page.goto(authorize(idp));
  await fillSignIn(page, idp.person('ana'));
  await page.waitForURL(({ pathname }) => pathname === '/callback.html');
  await page.goto(`${idp.issuer}oidc/logout`);
  await heading(page, 'Sign out?');
  await look('sign-out', page);
  await press(page, 'Sign out');
  await heading(page, /signed out/);
  await look('signed-out', page);
  await page.goto(`${idp.issuer}account/goodbye?why=password-changed`);
  await look('goodbye', page);
}
