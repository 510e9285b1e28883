import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectionsLeft, freshDatabase } from '../../../test/support/databases.js';
import { Browser } from '../test/browser.js';
import { ask, askSilently, fill, fillSignIn } from '../test/journey.js';
import { authorizeUrl, redeem, signIn, startTestIdp, type TestIdp } from '../test/test-idp.js';
import { IdpPrisma } from './adapter/idp-prisma.service.js';

const PEOPLE = ['ana', 'ben', 'old', 'shy', 'shut', 'stale', 'elsewhere'];

let idp: TestIdp;
let prisma: IdpPrisma;
let databaseUrl: string;
beforeAll(async () => {
  databaseUrl = await freshDatabase('idp');
  prisma = new IdpPrisma(databaseUrl);
  idp = await startTestIdp(databaseUrl, { people: Object.fromEntries(PEOPLE.map((login) => [login, {}])) });
});
afterAll(async () => {
  await idp.close();
  await prisma.$disconnect();
  expect(await connectionsLeft(databaseUrl)).toBe(0);
});

async function change(login: string, columns: { disabled?: boolean; autoSignIn?: boolean; passwordExpired?: boolean }) {
  await prisma.account.update({ where: { login }, data: columns });
}

async function signedIn(login: string): Promise<Browser> {
  const browser = new Browser();
  await signIn(idp, browser, login);
  return browser;
}

const refused = (error: string) => ({ error, state: 'a-state', iss: idp.issuer });

describe('asking without a page', () => {
  it('says login_required where nobody is signed in (T100)', async () => {
    expect(await askSilently(idp, new Browser())).toMatchObject(refused('login_required'));
  });

  it('says login_required when the session has expired (T100)', async () => {
    const browser = await signedIn('old');
    expect(await askSilently(idp, browser)).toHaveProperty('code');
    const longAgo = { expiresAt: new Date(0) };
    await prisma.artifact.updateMany({ where: { model: 'Session', accountId: 'sub-old' }, data: longAgo });
    expect(await askSilently(idp, browser)).toMatchObject(refused('login_required'));
  });

  it.each([
    ['made up', 'idp_session=made-up; Path=/', 'idp_session.sig=made-up; Path=/'],
    ['made up, unsigned', 'idp_session=made-up; Path=/', undefined],
  ])("says login_required to a session cookie that is not the IdP's: %s (T100)", async (_what, cookie, signature) => {
    const browser = new Browser();
    for (const line of [cookie, signature]) if (line !== undefined) await browser.jar.setCookie(line, idp.issuer);
    expect(await askSilently(idp, browser)).toMatchObject(refused('login_required'));
  });

  it("says login_required to a living session's id without its signature (T100)", async () => {
    const cookies = await (await signedIn('ana')).jar.getCookies(idp.issuer);
    const thief = new Browser();
    const id = cookies.find(({ key }) => key === 'idp_session')?.value ?? '';
    await thief.jar.setCookie(`idp_session=${id}; Path=/`, idp.issuer);
    await thief.jar.setCookie('idp_session.sig=AAAAAAAAAAAAAAAAAAAAAAAAAAA; Path=/', idp.issuer);
    expect(await askSilently(idp, thief)).toMatchObject(refused('login_required'));
  });

  it.each(['none login', 'none consent', 'none select_account'])('refuses prompt=%s (T101)', async (prompt) => {
    const browser = await signedIn('ana');
    expect(await askSilently(idp, browser, 'gateway', { prompt })).toMatchObject(refused('invalid_request'));
  });

  it.each([
    ['0', 'login_required'],
    ['abc', 'invalid_request'],
    ['-1', 'invalid_request'],
  ])('answers max_age=%s of a session that is older with %s (T103)', async (maxAge, error) => {
    const browser = await signedIn('ana');
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // ages are whole seconds
    expect(await askSilently(idp, browser, 'gateway', { max_age: maxAge })).toMatchObject(refused(error));
  });

  it('takes a hint for the person alone that it names (T104, T105)', async () => {
    const ana = new Browser();
    const { id_token: hint } = await redeem(idp, await signIn(idp, ana, 'ana'));
    expect(await askSilently(idp, ana, 'other', { id_token_hint: hint })).toMatchObject(refused('invalid_request'));
    expect(await askSilently(idp, ana, 'gateway', { id_token_hint: hint })).toHaveProperty('code');
    const ben = await askSilently(idp, await signedIn('ben'), 'gateway', { id_token_hint: hint });
    expect(ben).toMatchObject(refused('login_required'));
    expect(ben).not.toHaveProperty('code');
  });

  it('says login_required for an account that was shut, and lets it in at no page', async () => {
    const browser = await signedIn('shut');
    await change('shut', { disabled: true });
    expect(await askSilently(idp, browser)).toMatchObject(refused('login_required'));
    const page = await ask(idp, browser);
    expect(page.text).toContain('<h1>Sign in</h1>');
    expect((await fillSignIn(idp, browser, page, 'shut')).status).toBe(401);
  });
});

describe('a person who does not want to be signed in automatically', () => {
  it('is silently said to be signed out, and asked "Continue as" on a page', async () => {
    const browser = await signedIn('shy');
    await change('shy', { autoSignIn: false });
    expect(await askSilently(idp, browser)).toMatchObject(refused('login_required'));
    const page = await ask(idp, browser, 'other');
    expect(page.text).toContain('Continue as shy');
    const back = await fill(idp, browser, page, { choice: 'continue' });
    expect(decodeJwt((await redeem(idp, back, 'other')).id_token).sub).toBe('sub-shy');
    expect(await askSilently(idp, browser, 'other')).toMatchObject(refused('login_required'));
  });

  it('is not asked twice when they have just signed in', async () => {
    const back = await signIn(idp, new Browser(), 'shy');
    expect(back.location?.searchParams.has('code')).toBe(true);
  });
});

describe('an expired password', () => {
  it('makes silent requests wait and the next page asks for the old one, then for a new one (T102)', async () => {
    const [browser, elsewhere] = [await signedIn('stale'), await signedIn('stale')];
    await change('stale', { passwordExpired: true });
    expect(await askSilently(idp, browser)).toMatchObject(refused('interaction_required'));

    const signInPage = await ask(idp, browser);
    expect(signInPage.text).toContain('value="stale"'); // a session found open may not set a password
    let page = await fillSignIn(idp, browser, signInPage, 'stale');
    for (const [password, again, words] of [
      ['short', 'short', 'too short'],
      ['one long password', 'another long one', 'not the same'],
      ['STALE@example.test', 'STALE@example.test', 'must not be your name'],
      ["stale's password", "stale's password", 'is the old one'],
    ] as const) {
      page = await fill(idp, browser, page, { password, again });
      expect([page.status, page.text]).toEqual([400, expect.stringContaining(words)]);
    }
    const back = await fill(idp, browser, page, { password: 'a new password', again: 'a new password' });
    expect(decodeJwt((await redeem(idp, back)).id_token).sub).toBe('sub-stale');

    expect(await askSilently(idp, browser)).toHaveProperty('code');
    expect(await askSilently(idp, elsewhere)).toMatchObject(refused('login_required'));
    const entry = await prisma.auditEntry.findFirst({ where: { sub: 'sub-stale', action: 'password.changed' } });
    expect(entry).toMatchObject({ actor: 'sub-stale' });
  });

  it('can be changed from no page that was not reached by signing in', async () => {
    const browser = await signedIn('elsewhere');
    await change('elsewhere', { passwordExpired: true });
    const { location } = await browser.get(authorizeUrl(idp));
    const form = { token: 'made-up', password: 'a new password', again: 'a new password' };
    expect((await browser.post(`${location!.href}/password`, form)).status).toBe(400);
  });
});
