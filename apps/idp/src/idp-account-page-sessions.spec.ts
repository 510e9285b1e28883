import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '../../../test/support/databases.js';
import { until } from '../../../test/support/until.js';
import { enterAccount, fieldsOf, openAccount, press, seen } from '../test/account-page.js';
import { Browser } from '../test/browser.js';
import {
  authorizeUrl,
  isActive,
  operate,
  redeem,
  signIn,
  startTestIdp,
  type TestIdp,
  type Tokens,
} from '../test/test-idp.js';
import { IdpPrisma } from './adapter/idp-prisma.service.js';

const FIREFOX = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' };

let idp: TestIdp;
let databaseUrl: string;
beforeAll(async () => {
  databaseUrl = await freshDatabase('idp');
  idp = await startTestIdp(databaseUrl);
});
afterAll(() => idp.close());

/** The sessions whose end clients were told of, as each of them knows its session. */
const sidsTold = () => idp.logoutTokens.map((one) => decodeJwt(one.split(':')[1]!).sid);

/** Waits until the client of an ID token was told that its session has ended, and expects that to have been once. */
async function toBeTold({ id_token: idToken }: Tokens): Promise<void> {
  const { sid } = decodeJwt(idToken);
  await until('the client is told', () => sidsTold().includes(sid) || undefined);
  expect(sidsTold().filter((one) => one === sid)).toHaveLength(1);
}

describe('the list of sessions', () => {
  it('says with what, from where and since when, and marks the one that looks', async () => {
    const browser = new Browser(FIREFOX);
    await signIn(idp, browser, 'ana');
    const page = await openAccount(idp, browser);
    expect(seen(page)).toMatch(/Firefox on Linux This device Signed in \d.* UTC from (127\.0\.0\.1|::1) Lasts until /);
    expect(page.text).toContain('Apps: The &lt;gateway&gt;');
    expect(page.text.match(/This device/g)).toHaveLength(1);
    expect(page.text).not.toContain('idp-account');
  });

  it('keeps no more of what a browser says than a list needs', async () => {
    const prisma = new IdpPrisma(databaseUrl);
    const browser = new Browser({ 'user-agent': 'x'.repeat(2_000) });
    await signIn(idp, browser, 'ben');
    const [place] = await prisma.sessionDevice.findMany({ where: { sub: 'sub-ben' }, orderBy: { createdAt: 'desc' } });
    expect(place?.userAgent).toHaveLength(512);
    await prisma.$disconnect();
  });

  it('shows whatever a browser says of itself as text', async () => {
    const browser = new Browser({ 'user-agent': '<script>alert(1)</script>/1.0 (x)' });
    await signIn(idp, browser, 'ana');
    const page = await openAccount(idp, browser);
    expect(page.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page.text).not.toContain('<script');
  });
});

describe('signing out from the account page', () => {
  it('ends one session, tells its clients, and leaves the others alone', async () => {
    const [here, there] = [new Browser(), new Browser(FIREFOX)];
    const kept = await redeem(idp, await signIn(idp, here, 'ben'));
    const lost = await redeem(idp, await signIn(idp, there, 'ben'));
    const page = await press(idp, here, await openAccount(idp, here), '/account/sessions/end', { holding: 'Firefox' });
    expect(seen(page)).toContain('That session has ended.');
    expect(seen(page)).not.toContain('Firefox');
    await toBeTold(lost);
    expect(sidsTold()).not.toContain(decodeJwt(kept.id_token).sid);
    expect(await isActive(idp, lost.refresh_token)).toBe(false);
    expect(await isActive(idp, kept.refresh_token)).toBe(true);
    const silent = await there.get(authorizeUrl(idp, 'gateway', { prompt: 'none' }));
    expect(silent.location?.searchParams.get('error')).toBe('login_required');
  });

  it('ends all others', async () => {
    const [here, there] = [new Browser(), new Browser()];
    const kept = await redeem(idp, await signIn(idp, here, 'ben'));
    const lost = await redeem(idp, await signIn(idp, there, 'ben'));
    const page = await press(idp, here, await openAccount(idp, here), '/account/sessions/end-others');
    expect(seen(page)).toContain('You are signed out everywhere else.');
    expect(page.text).not.toContain('/account/sessions/end-others');
    expect(await isActive(idp, lost.refresh_token)).toBe(false);
    expect(await isActive(idp, kept.refresh_token)).toBe(true);
  });

  it('ends all, this one too, and says goodbye', async () => {
    const [here, there] = [new Browser(), new Browser()];
    const tokens = [
      await redeem(idp, await signIn(idp, here, 'ben')),
      await redeem(idp, await signIn(idp, there, 'ben')),
    ];
    const page = await press(idp, here, await openAccount(idp, here), '/account/sessions/end-all');
    expect(page.text).toContain('You are signed out everywhere');
    for (const one of tokens) {
      await toBeTold(one);
      expect(await isActive(idp, one.refresh_token)).toBe(false);
    }
    const cookies = await here.jar.getCookies(idp.issuer);
    expect(cookies.map(({ key }) => key)).not.toContain('idp_browser_state');
    expect(cookies.map(({ key }) => key)).not.toContain('idp_accounts');
    expect((await here.get(new URL('/account', idp.issuer))).location?.pathname).toBe('/authorize');
  });

  it('touches nobody else', async () => {
    const [ana, ben] = [new Browser(), new Browser(FIREFOX)];
    const { refresh_token: token } = await redeem(idp, await signIn(idp, ben, 'ben'));
    const page = await enterAccount(idp, ana, 'ana');
    const { token: formToken = '' } = fieldsOf(page, '/account/sessions/end-all');
    const { body } = await operate(idp, 'GET', '/admin/sessions?login=ben');
    for (const session of [...(body as { id: string }[]).map(({ id }) => id), 'unknown', 'a\0b', '']) {
      const answer = await ana.post(new URL('/account/sessions/end', idp.issuer), { token: formToken, session });
      expect(answer.status).toBe(404);
    }
    await press(idp, ana, page, '/account/sessions/end-all');
    expect(await isActive(idp, token)).toBe(true);
  });
});
