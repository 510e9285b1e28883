import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '../../../test/support/databases.js';
import { enterAccount, fieldsOf, openAccount, press, seen } from '../test/account-page.js';
import { Authenticator } from '../test/authenticator.js';
import { type Answer, Browser } from '../test/browser.js';
import { ask, askSilently, fill, fillSignIn } from '../test/journey.js';
import { isActive, redeem, signIn, startTestIdp, type TestIdp } from '../test/test-idp.js';
import { IdpPrisma } from './adapter/idp-prisma.service.js';

const PASSWORD = '/account/password';
const FACTOR = '/account/second-factor';
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

let idp: TestIdp;
let prisma: IdpPrisma;
let eve: Browser;
let evesHash: string;
beforeAll(async () => {
  const url = await freshDatabase('idp');
  prisma = new IdpPrisma(url);
  const people = Object.fromEntries(['dan', 'eve', 'fay', 'gus', 'hal'].map((login) => [login, {}]));
  idp = await startTestIdp(url, { people: { ...people, cem: { totp_secret: SECRET } } });
  eve = new Browser();
  await signIn(idp, eve, 'eve');
  evesHash = (await prisma.account.findUnique({ where: { sub: 'sub-eve' } }))!.passwordHash;
});
afterAll(async () => {
  await idp.close();
  await prisma.$disconnect();
});

/** Codes work once: as if a minute had passed since the last one. */
const forgetSteps = () => prisma.account.updateMany({ data: { totpLastStep: null } });

const endingsOf = async (sub: string) =>
  (await prisma.sessionEnding.findMany({ where: { sub } })).map(({ cause, actor }) => `${cause} by ${actor}`);

/** Opens the page for a new password and fills it. */
async function change(browser: Browser, fields: Readonly<Record<string, string>>): Promise<Answer> {
  return press(idp, browser, await openAccount(idp, browser, PASSWORD), PASSWORD, fields);
}

describe('changing the password', () => {
  it('ends every session and offline grant, also its own, and only the new one signs in', async () => {
    const [here, there] = [new Browser(), new Browser()];
    const own = await redeem(idp, await signIn(idp, here, 'dan'));
    await signIn(idp, there, 'dan');
    const offline = await ask(idp, there, 'other', { scope: 'openid offline_access', prompt: 'consent' });
    const away = await redeem(idp, await fill(idp, there, offline, { decision: 'allow' }), 'other');
    const [current, password] = ["dan's password", 'a better password'];
    const page = await change(here, { current, password, again: password });
    expect(page.text).toContain('Your password has been changed</h1>');
    expect(await isActive(idp, own.refresh_token)).toBe(false);
    expect(await isActive(idp, away.refresh_token, 'other')).toBe(false);
    for (const browser of [here, there]) {
      expect(await askSilently(idp, browser)).toMatchObject({ error: 'login_required' });
    }
    expect(await endingsOf('sub-dan')).toEqual(['password_changed by sub-dan', 'password_changed by sub-dan']);
    expect(await prisma.auditEntry.count({ where: { sub: 'sub-dan', action: 'password.changed' } })).toBe(1);
    expect((await enterAccount(idp, new Browser(), 'dan', current)).status).toBe(401);
    expect((await enterAccount(idp, new Browser(), 'dan', password)).status).toBe(200);
  });

  it.each([
    ['the current one is wrong', 401, 'wrong', 'a better password', 'a better password'],
    ['nothing was typed', 401, '', '', ''],
    ['the new ones differ', 400, "eve's password", 'a better password', 'a better passwort'],
    ['the new one is short', 400, "eve's password", 'short', 'short'],
    ['it is the old one', 400, "eve's password", "eve's password", "eve's password"],
    ['it is the e-mail address', 400, "eve's password", 'eve@example.test', 'eve@example.test'],
  ])('changes nothing and says so when %s', async (_what, status, current, password, again) => {
    const page = await change(eve, { current, password, again });
    expect(page.status).toBe(status);
    expect(page.text).toContain('role="alert"');
    expect(page.text).not.toContain('a better');
    expect(await askSilently(idp, eve)).toHaveProperty('code');
    expect(await prisma.account.findUnique({ where: { sub: 'sub-eve' } })).toMatchObject({ passwordHash: evesHash });
  });

  it('can’t be used to guess the current one, and locks nobody out elsewhere', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'fay');
    const statuses = [];
    for (let tries = 0; tries < 6; tries += 1) {
      statuses.push(
        (await change(browser, { current: 'guess', password: 'a new password', again: 'a new password' })).status,
      );
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    const form = { current: "fay's password", password: 'a new password', again: 'a new password' };
    const refused = await change(browser, form);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await enterAccount(idp, new Browser(), 'fay')).status).toBe(200);
  });
});

describe('the second factor', () => {
  it('is set up with the password, and asked for from then on', async () => {
    const browser = new Browser();
    const off = await fillSignIn(idp, browser, await openAccount(idp, browser, FACTOR), 'gus');
    expect(off.text).toContain('Second factor: off</h1>');
    const wrong = await press(idp, browser, off, `${FACTOR}/begin`, { current: 'wrong' });
    expect(wrong.status).toBe(401);
    expect(wrong.text).not.toContain('<svg');
    const setUp = await press(idp, browser, wrong, `${FACTOR}/begin`, { current: "gus's password" });
    const app = Authenticator.fromPage(setUp);
    const again = await press(idp, browser, setUp, `${FACTOR}/finish`, { code: app.code(100) });
    expect(again.status).toBe(401);
    expect(fieldsOf(again, `${FACTOR}/finish`)).toEqual(fieldsOf(setUp, `${FACTOR}/finish`));
    const codes = await press(idp, browser, again, `${FACTOR}/finish`, { code: app.code() });
    expect(codes.text.match(/<code>[\w-]{14}<\/code>/g)).toHaveLength(10);
    expect(await askSilently(idp, browser)).toMatchObject({ error: 'interaction_required' });
    const question = await openAccount(idp, browser);
    expect(question.text).toContain('Enter your code');
    await forgetSteps();
    const account = await fill(idp, browser, question, { code: app.code() });
    expect(seen(account)).toContain('Second factor On');
  });

  it('can’t be set up with what was sealed in another session', async () => {
    const [begun, other] = [new Browser(), new Browser()];
    await signIn(idp, begun, 'hal');
    const off = await openAccount(idp, begun, FACTOR);
    const setUp = await press(idp, begun, off, `${FACTOR}/begin`, { current: "hal's password" });
    const { enrolment = '' } = fieldsOf(setUp, `${FACTOR}/finish`);
    const { token = '' } = fieldsOf(await enterAccount(idp, other, 'hal'), '/account/sessions/end-all');
    const code = Authenticator.fromPage(setUp).code();
    const stale = await other.post(new URL(`${FACTOR}/finish`, idp.issuer), { token, enrolment, code });
    expect(stale.status).toBe(403);
    expect((await prisma.account.findUnique({ where: { sub: 'sub-hal' } }))?.totpSecret).toBeNull();
  });

  it('keeps the account page closed until it has been passed', async () => {
    const browser = new Browser();
    expect((await fillSignIn(idp, browser, await ask(idp, browser), 'cem')).text).toContain('Enter your code');
    for (const path of ['/account', PASSWORD, FACTOR]) {
      const answer = await browser.get(new URL(path, idp.issuer));
      expect(answer.location?.pathname).toBe('/authorize');
    }
    const posted = await browser.post(new URL('/account/sessions/end-all', idp.issuer), {});
    expect(posted.location?.pathname).toBe('/authorize');
  });

  it('is given new recovery codes, and removed, with the password alone; that ends all sessions', async () => {
    await forgetSteps();
    const browser = new Browser();
    const question = await fillSignIn(idp, browser, await openAccount(idp, browser, FACTOR), 'cem');
    const on = await fill(idp, browser, question, { code: new Authenticator(SECRET).code() });
    expect(on.text).toContain('Second factor: on</h1>');
    const change = `${FACTOR}/change`;
    for (const deed of ['codes', 'remove']) {
      expect((await press(idp, browser, on, change, { deed, current: 'wrong' })).status).toBe(401);
    }
    expect((await press(idp, browser, on, change, { deed: 'else', current: "cem's password" })).status).toBe(400);
    const codes = await press(idp, browser, on, change, { deed: 'codes', current: "cem's password" });
    expect(codes.text.match(/<code>[\w-]{14}<\/code>/g)).toHaveLength(10);
    expect(seen(await openAccount(idp, browser, FACTOR))).toContain('You have 10 unused recovery codes');
    const removed = await press(idp, browser, on, change, { deed: 'remove', current: "cem's password" });
    expect(removed.text).toContain('Your second factor has been removed</h1>');
    expect(await askSilently(idp, browser)).toMatchObject({ error: 'login_required' });
    expect(await endingsOf('sub-cem')).toContain('mfa_reset by sub-cem');
    expect(await enterAccount(idp, new Browser(), 'cem')).toMatchObject({ status: 200 });
  });
});
