import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectionsLeft, freshDatabase } from '../../../test/support/databases.js';
import type { Answer } from '../test/browser.js';
import { Browser } from '../test/browser.js';
import { ask, askSilently, fill, fillSignIn } from '../test/journey.js';
import { redeem, signIn, startTestIdp, type TestIdp } from '../test/test-idp.js';

let idp: TestIdp;
let databaseUrl: string;
beforeAll(async () => {
  databaseUrl = await freshDatabase('idp');
  idp = await startTestIdp(databaseUrl);
});
afterAll(async () => {
  await idp.close();
  expect(await connectionsLeft(databaseUrl)).toBe(0);
});

async function subOf(back: Answer, clientId = 'gateway'): Promise<string | undefined> {
  return decodeJwt((await redeem(idp, back, clientId)).id_token).sub;
}

/** Ana signs in, then Ben takes her place without her signing out. */
async function replaced(): Promise<Browser> {
  const browser = new Browser();
  await signIn(idp, browser, 'ana');
  const page = await fill(idp, browser, await ask(idp, browser, 'gateway', { prompt: 'select_account' }), {
    choice: 'another',
  });
  expect(await subOf(await fillSignIn(idp, browser, page, 'ben'))).toBe('sub-ben');
  return browser;
}

const refused = (error: string) => ({ error, state: 'a-state', iss: idp.issuer });

describe('prompt=select_account', () => {
  it('shows who is signed in, to go on as that person', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ana');
    const page = await ask(idp, browser, 'other', { prompt: 'select_account' });
    expect(page.text).toContain('Continue as ana');
    expect(page.text).toContain('The &lt;other&gt;');
    expect(await subOf(await fill(idp, browser, page, { choice: 'continue' }), 'other')).toBe('sub-ana');
  });

  it('leads to the sign-in page for another person, whose sign-in ends the session of before', async () => {
    const browser = new Browser();
    const { refresh_token: before } = await redeem(idp, await signIn(idp, browser, 'ana'));
    expect(before).toEqual(expect.any(String));
    const chosen = await ask(idp, browser, 'gateway', { prompt: 'select_account' });
    const page = await fill(idp, browser, chosen, { choice: 'another' });
    expect(page.text).toContain('<h1>Sign in</h1>');
    expect(page.text).not.toContain('value="ana"');
    expect(await subOf(await fillSignIn(idp, browser, page, 'ben'))).toBe('sub-ben');
    expect(await subOf(await ask(idp, browser, 'gateway'))).toBe('sub-ben');
  });

  it('goes on when the same person signs in again', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ana');
    const chosen = await ask(idp, browser, 'gateway', { prompt: 'select_account' });
    const page = await fill(idp, browser, chosen, { choice: 'another' });
    expect(await subOf(await fillSignIn(idp, browser, page, 'ana'))).toBe('sub-ana');
  });

  it.each(['select_account', 'login select_account'])('is settled by signing in (prompt=%s)', async (prompt) => {
    const browser = new Browser();
    const page = await ask(idp, browser, 'gateway', { prompt });
    expect(await subOf(await fillSignIn(idp, browser, page, 'ana'))).toBe('sub-ana');
  });

  it('takes no form without its token, and no other answer', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ana');
    const page = await ask(idp, browser, 'other', { prompt: 'select_account' });
    const action = new URL(/action="([^"]+)"/.exec(page.text)?.[1] ?? '', idp.issuer);
    expect((await browser.post(action, { choice: 'continue' })).status).toBe(403);
    expect((await browser.submit(page, idp.issuer, { choice: 'somebody' })).status).toBe(403);
    expect((await new Browser().submit(page, idp.issuer, { choice: 'continue' })).status).toBe(400);
  });
});

describe('a browser that two people use', () => {
  it('is silently told to let the person choose, for an app that is new to the session (T102)', async () => {
    const browser = await replaced();
    expect(await askSilently(idp, browser, 'other')).toMatchObject(refused('account_selection_required'));
    expect(await askSilently(idp, browser, 'other')).toMatchObject(refused('account_selection_required'));
    expect(await askSilently(idp, browser, 'gateway')).toHaveProperty('code'); // the app that Ben signed in to
  });

  it('lets the person choose once per app', async () => {
    const browser = await replaced();
    const page = await ask(idp, browser, 'other');
    expect(page.text).toContain('Continue as ben');
    expect(await subOf(await fill(idp, browser, page, { choice: 'continue' }), 'other')).toBe('sub-ben');
    expect(await askSilently(idp, browser, 'other')).toHaveProperty('code');
  });

  it('is not asked by an app that names the person', async () => {
    const browser = new Browser();
    const before = await redeem(idp, await signIn(idp, browser, 'ben', 'other'), 'other');
    const again = await replaced();
    const hint = { id_token_hint: before.id_token };
    expect(await askSilently(idp, again, 'other', hint)).toHaveProperty('code');
  });

  it('can come back to the first person', async () => {
    const browser = await replaced();
    const page = await fill(idp, browser, await ask(idp, browser, 'other'), { choice: 'another' });
    expect(await subOf(await fillSignIn(idp, browser, page, 'ana'), 'other')).toBe('sub-ana');
  });

  it('forgets who signs out', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ana');
    await fill(idp, browser, await browser.get(`${idp.issuer}/oidc/logout`), { logout: 'yes' });
    await signIn(idp, browser, 'ben');
    expect(await askSilently(idp, browser, 'other')).toHaveProperty('code');
  });

  it('believes no list of people that it did not sign', async () => {
    const browser = await replaced();
    const forged = Buffer.from('["sub-ben"]').toString('base64url');
    await browser.jar.setCookie(`idp_accounts=${forged}; Path=/`, idp.issuer);
    expect(await askSilently(idp, browser, 'other')).toHaveProperty('code'); // it remembers nobody any more
    const cookies = await (await replaced()).jar.getCookies(idp.issuer);
    expect(cookies.find(({ key }) => key === 'idp_accounts')).toMatchObject({ httpOnly: true, sameSite: 'lax' });
  });
});
