import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '../../../test/support/databases.js';
import { answerOf } from '../test/browser-apps.js';
import { Browser } from '../test/browser.js';
import { ask, askSilently, fill, fillSignIn } from '../test/journey.js';
import { authorizeUrl, startTestIdp, type TestIdp } from '../test/test-idp.js';

const isSecure = (line: string) => /; secure/i.test(line);

describe('an IdP that frames on other sites may ask', () => {
  let framed: TestIdp;
  beforeAll(async () => {
    framed = await startTestIdp(await freshDatabase('idp'), { env: { IDP_CROSS_SITE_FRAMES: '1' } });
  });
  afterAll(() => framed.close());

  it('sends cookies that such frames get, and of each a double that they do not', async () => {
    const asked = await fetch(authorizeUrl(framed), { redirect: 'manual' });
    const lines = asked.headers.getSetCookie();
    const [cookies, doubles] = [lines.filter(isSecure), lines.filter((line) => !isSecure(line))];
    expect(cookies.length).toBeGreaterThanOrEqual(3);
    for (const line of cookies) expect(line.toLowerCase()).toContain('samesite=none');
    expect(doubles).toEqual(
      cookies.map((line) => line.replace('.framed=', '=').replace(/; (secure|samesite=none)/gi, '') + '; SameSite=Lax'),
    );
  });

  it.each([
    ['keeps Secure cookies of plain http on loopback', () => true],
    ['keeps none of them, as Safari', (line: string) => !isSecure(line)],
  ])('signs in, signs in silently and signs out in a browser that %s', async (_name, keeps) => {
    const browser = new Browser({}, keeps);
    const back = await fillSignIn(framed, browser, await ask(framed, browser), 'ana');
    expect(answerOf(back)).toHaveProperty('code');
    expect(await askSilently(framed, browser, 'other')).toHaveProperty('code');
    const posted = await browser.post(
      new URL('/authorize', framed.issuer),
      Object.fromEntries(authorizeUrl(framed, 'other', { prompt: 'none' }).searchParams),
    );
    expect(answerOf(await browser.get(posted.location!))).toHaveProperty('code');
    await fill(framed, browser, await browser.get(new URL('/oidc/logout', framed.issuer)), { logout: 'yes' });
    expect(await askSilently(framed, browser, 'other')).toMatchObject({ error: 'login_required' });
    const names = (await browser.jar.getCookies(framed.issuer)).map(({ key }) => key);
    expect(names.filter((name) => name.startsWith('idp_browser_state'))).toEqual([]);
  });

  it('is not shadowed in Safari by what an IdP without such frames has left on this host', async () => {
    const safari = new Browser({}, (line) => !isSecure(line));
    for (const name of ['idp_session', 'idp_session.sig'])
      await safari.jar.setCookie(`${name}=of-another-idp; Path=/`, framed.issuer);
    await fillSignIn(framed, safari, await ask(framed, safari), 'ana');
    expect(await askSilently(framed, safari, 'other')).toHaveProperty('code');
  });

  it('goes by the cookie where its double says otherwise', async () => {
    const [ana, ben] = [new Browser(), new Browser({}, (line) => !isSecure(line))];
    await fillSignIn(framed, ana, await ask(framed, ana), 'ana');
    await fillSignIn(framed, ben, await ask(framed, ben), 'ben');
    for (const cookie of await ben.jar.getCookies(framed.issuer)) await ana.jar.setCookie(cookie, framed.issuer);
    const page = await ana.get(new URL('/account', framed.issuer));
    expect(page.text).toContain('ana@example.test');
  });
});
