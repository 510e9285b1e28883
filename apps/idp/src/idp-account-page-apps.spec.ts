import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectionsLeft, freshDatabase } from '../../../test/support/databases.js';
import { until } from '../../../test/support/until.js';
import { enterAccount, fieldsOf, openAccount, press, seen } from '../test/account-page.js';
import { Browser } from '../test/browser.js';
import { ask, askSilently, fill, fillSignIn } from '../test/journey.js';
import { CLIENT_SECRET, isActive, redeem, signIn, startTestIdp, type TestIdp, type Tokens } from '../test/test-idp.js';
import { IdpPrisma } from './adapter/idp-prisma.service.js';

const WITHDRAW = '/account/apps/withdraw';
const AUTOMATIC = '/account/automatic';
const OFFLINE = { scope: 'openid offline_access', prompt: 'consent' };

let idp: TestIdp;
let prisma: IdpPrisma;
let databaseUrl: string;
beforeAll(async () => {
  databaseUrl = await freshDatabase('idp');
  prisma = new IdpPrisma(databaseUrl);
  const people = Object.fromEntries(['dan', 'eve', 'fay', 'gus', 'hal'].map((login) => [login, {}]));
  idp = await startTestIdp(databaseUrl, {
    people,
    moreClients: (backchannel) => ['partner', 'evil'].map((id) => thirdParty(id, backchannel)),
  });
});
afterAll(async () => {
  await idp.close();
  await prisma.$disconnect();
  expect(await connectionsLeft(databaseUrl)).toBe(0);
});

function thirdParty(id: string, backchannel: string) {
  return {
    client_id: id,
    client_name: id === 'evil' ? '"><script>alert(1)</script>' : 'A partner',
    client_secret: CLIENT_SECRET,
    redirect_uris: [`http://${id}.test/callback`],
    backchannel_logout_uri: `${backchannel}/${id}`,
    backchannel_logout_session_required: true,
  };
}

/** Signs in at a third party's request and allows it. */
async function allow(
  login: string,
  clientId = 'partner',
  extra: Readonly<Record<string, string>> = {},
): Promise<{ readonly browser: Browser; readonly tokens: Tokens }> {
  const browser = new Browser();
  const page = await fillSignIn(idp, browser, await ask(idp, browser, clientId, extra), login);
  return { browser, tokens: await redeem(idp, await fill(idp, browser, page, { decision: 'allow' }), clientId) };
}

describe('the apps of a person', () => {
  it('stand there with what they may do; those of the operator do not', async () => {
    const { browser } = await allow('ana');
    await askSilently(idp, browser, 'gateway');
    const text = seen(await openAccount(idp, browser));
    const apps = text.slice(text.indexOf('Apps with access'));
    expect(apps).toMatch(/A partner since \d+ \w+ \d{4} at [\d:]+ UTC/);
    for (const words of ['know who you are', 'see your name', 'see your e-mail address']) expect(apps).toContain(words);
    expect(apps).not.toContain('gateway');
    expect(seen(await enterAccount(idp, new Browser(), 'ben'))).toContain('You have given no app access');
  });

  it('lose their access: their tokens end, they are told, and must ask again, while the session lives on', async () => {
    const { browser, tokens } = await allow('dan');
    const other = await redeem(idp, await ask(idp, browser, 'other'), 'other');
    const page = await press(idp, browser, await openAccount(idp, browser), WITHDRAW);
    expect(seen(page)).toContain('The app has lost its access.');
    expect(seen(page)).toContain('You have given no app access');
    await until('the app is told', () => idp.logoutTokens.some((one) => one.startsWith('partner:')) || undefined);
    expect(await isActive(idp, tokens.refresh_token, 'partner')).toBe(false);
    expect(await isActive(idp, tokens.access_token, 'partner')).toBe(false);
    expect(await isActive(idp, other.refresh_token, 'other')).toBe(true);
    expect(await askSilently(idp, browser, 'partner')).toMatchObject({ error: 'consent_required' });
    const entries = await prisma.auditEntry.findMany({ where: { sub: 'sub-dan', clientId: 'partner' } });
    const deeds = entries.map(({ action, actor }) => `${action} by ${actor}`);
    expect(deeds).toEqual(expect.arrayContaining(['consent.withdrawn by sub-dan', 'session.client_ended by sub-dan']));
  });

  it('lose what they hold for when the person is away, also after the session has ended', async () => {
    const { browser, tokens } = await allow('eve', 'partner', OFFLINE);
    const goodbye = await press(idp, browser, await openAccount(idp, browser), '/account/sessions/end-all');
    expect(goodbye.text).toContain('You are signed out everywhere');
    expect(await isActive(idp, tokens.refresh_token, 'partner')).toBe(true);
    const page = await enterAccount(idp, browser, 'eve');
    expect(seen(page)).toContain('A partner Also while you are away');
    await press(idp, browser, page, WITHDRAW);
    expect(await isActive(idp, tokens.refresh_token, 'partner')).toBe(false);
  });

  it('lose that too when they are the operator’s own, which nobody is asked for', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'fay');
    const back = await fill(idp, browser, await ask(idp, browser, 'gateway', OFFLINE), { decision: 'allow' });
    const { refresh_token: token } = await redeem(idp, back);
    await prisma.consent.deleteMany({ where: { sub: 'sub-fay' } });
    const page = await openAccount(idp, browser);
    expect(seen(page)).toContain('The &lt;gateway&gt; Also while you are away');
    await press(idp, browser, page, WITHDRAW);
    expect(await isActive(idp, token)).toBe(false);
  });

  it('are only one’s own', async () => {
    const { tokens } = await allow('gus');
    const browser = new Browser();
    const { token = '' } = fieldsOf(await enterAccount(idp, browser, 'ben'), '/account/sessions/end-all');
    for (const client of ['partner', 'gateway', 'unknown', 'a\0b', '']) {
      expect((await browser.post(new URL(WITHDRAW, idp.issuer), { token, client })).status).toBe(404);
    }
    expect(await isActive(idp, tokens.refresh_token, 'partner')).toBe(true);
    expect(await prisma.consent.count({ where: { sub: 'sub-gus' } })).toBe(1);
  });

  it('have names that are shown as text', async () => {
    const { browser } = await allow('ana', 'evil');
    const page = await openAccount(idp, browser);
    expect(page.text).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page.text).not.toContain('<script');
  });
});

describe('automatic sign-in', () => {
  it('can be turned off: silent requests are refused, others ask; and on again', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'hal');
    expect(await askSilently(idp, browser)).toHaveProperty('code');
    const off = await press(idp, browser, await openAccount(idp, browser), AUTOMATIC);
    expect(seen(off)).toContain('You will be asked before you are signed in to an app.');
    expect(await askSilently(idp, browser)).toMatchObject({ error: 'login_required' });
    expect((await ask(idp, browser)).text).toContain('Continue as hal');
    const on = await press(idp, browser, await openAccount(idp, browser), AUTOMATIC);
    expect(seen(on)).toContain('You will be signed in to apps without being asked.');
    expect(await askSilently(idp, browser)).toHaveProperty('code');
    const where = { sub: 'sub-hal', action: 'account.auto_sign_in_changed' };
    const entries = await prisma.auditEntry.findMany({ where, orderBy: { id: 'asc' } });
    expect(entries.map(({ actor, detail }) => ({ actor, detail }))).toEqual([
      { actor: 'sub-hal', detail: { on: false } },
      { actor: 'sub-hal', detail: { on: true } },
    ]);
  });

  it('stays as it is when the form says something else', async () => {
    const browser = new Browser();
    const page = await enterAccount(idp, browser, 'ben');
    expect((await press(idp, browser, page, AUTOMATIC, { wanted: 'perhaps' })).status).toBe(403);
    await press(idp, browser, page, AUTOMATIC, { wanted: 'on' });
    expect(await askSilently(idp, browser)).toHaveProperty('code');
    expect(await prisma.auditEntry.count({ where: { sub: 'sub-ben', action: 'account.auto_sign_in_changed' } })).toBe(
      0,
    );
  });
});
