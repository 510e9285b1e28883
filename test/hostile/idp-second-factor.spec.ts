import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Authenticator } from '../../apps/idp/test/authenticator.js';
import { Browser } from '../../apps/idp/test/browser.js';
import { ask, askSilently, fill, fillSignIn } from '../../apps/idp/test/journey.js';
import { operate, startTestIdp, type TestIdp } from '../../apps/idp/test/test-idp.js';
import { freshDatabase } from '../support/databases.js';

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

let idp: TestIdp;
beforeAll(async () => {
  idp = await startTestIdp(await freshDatabase('idp'), { people: { cem: { totp_secret: SECRET } } });
});
afterAll(() => idp.close());

it.each([
  ['before', 0],
  ['while', 60],
])('a second factor is not carried out of its session %s an account switch that nobody finishes', async (_when, ms) => {
  const browser = new Browser();
  await operate(idp, 'DELETE', '/admin/people/sub-cem/sessions');
  const code = new Authenticator(SECRET).code(ms === 0 ? 0 : 1); // each counts once
  await fill(idp, browser, await fillSignIn(idp, browser, await ask(idp, browser), 'cem'), { code });
  const page = await ask(idp, browser, 'gateway', { prompt: 'login' });
  const asBen = await browser.submit(page, idp.issuer, { login: 'ben', password: "ben's password" });
  // The engine is about to switch to ben, so it takes the session's name out of the interaction.
  const switching = async () => {
    expect((await browser.get(asBen.location!)).text).toContain('Submitting Callback');
  };
  if (ms === 0) await switching();
  // With the same form cem's password is given, and the answer is taken to a browser without any session.
  const again = browser.submit(page, idp.issuer, { login: 'cem', password: "cem's password" });
  const [asCem] = await Promise.all([again, ms === 0 ? undefined : sleep(ms).then(switching)]);
  const elsewhere = new Browser();
  for (const cookie of await browser.jar.getCookies(asCem.location!.href)) {
    if (!cookie.key.includes('idp_session')) await elsewhere.jar.setCookie(cookie, asCem.location!.href);
  }
  const next = await elsewhere.get(asCem.location!);
  expect(next.location?.searchParams.has('code') ?? false).toBe(false);
  expect(await askSilently(idp, elsewhere)).not.toHaveProperty('code');
});

it('an old password lets nobody in who has yet another question before them when it is changed', async () => {
  const attempts = Array.from({ length: 14 }, async (_, n) => {
    await sleep(n * 25);
    const browser = new Browser();
    await fillSignIn(idp, browser, await ask(idp, browser, 'gateway', { prompt: 'consent' }), 'ben');
  });
  await sleep(150);
  const changed = await operate(idp, 'PATCH', '/admin/people/sub-ben', undefined, { password: 'a new one of ben' });
  expect(changed.status).toBe(200);
  await Promise.all(attempts);
  expect((await operate(idp, 'GET', '/admin/sessions?login=ben')).body).toEqual([]);
});
