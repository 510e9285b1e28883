import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser } from '../../apps/idp/test/browser.js';
import { authorizeUrl, startTestIdp, type TestIdp } from '../../apps/idp/test/test-idp.js';
import { freshDatabase } from '../support/databases.js';

let idp: TestIdp;
beforeAll(async () => {
  idp = await startTestIdp(await freshDatabase('idp'));
});
afterAll(() => idp.close());

/** What a site on another port of the host, or on a sibling host, can do: write cookies of its own browser into that of a victim. */
async function toss(from: Browser, to: Browser, url: string): Promise<void> {
  for (const cookie of await from.jar.getCookies(url)) await to.jar.setCookie(cookie, url);
}

async function silent(browser: Browser): Promise<string | null | undefined> {
  const { location } = await browser.get(authorizeUrl(idp, 'gateway', { prompt: 'none' }));
  return location?.searchParams.get('error');
}

describe('a sign-in that an attacker has begun', () => {
  it('is not finished by a victim who only has its address', async () => {
    const attacker = new Browser();
    const { location: page } = await attacker.get(authorizeUrl(idp));
    const seen = await new Browser().get(page!);
    expect([seen.status, seen.text.includes('type="password"')]).toEqual([400, false]);
  });

  it('lets the attacker in as nobody, when the victim finishes it with the cookies of the attacker', async () => {
    const [attacker, victim] = [new Browser(), new Browser()];
    const { location: page } = await attacker.get(authorizeUrl(idp));
    await toss(attacker, victim, page!.href);
    const shown = await victim.get(page!);
    const accepted = await victim.submit(shown, idp.issuer, { login: 'ana', password: "ana's password" });
    const resumed = await attacker.get(
      accepted.location ?? new URL(page!.pathname.replace('interaction', 'authorize'), idp.issuer),
    );
    expect(resumed.location?.searchParams.has('code') ?? false).toBe(false);
    expect(await silent(attacker)).toBe('login_required');
  });

  it('is no way to skip the form: its way back leads nowhere without an answer', async () => {
    const attacker = new Browser();
    const { location: page } = await attacker.get(authorizeUrl(idp));
    const back = new URL(page!.pathname.replace('interaction', 'authorize'), idp.issuer);
    const answer = await attacker.get(back);
    expect(answer.location?.searchParams.has('code') ?? false).toBe(false);
    expect(await silent(attacker)).toBe('login_required');
  });

  it('can be gone back from once', async () => {
    const browser = new Browser();
    const { location: page } = await browser.get(authorizeUrl(idp));
    const accepted = await browser.submit(await browser.get(page!), idp.issuer, {
      login: 'ana',
      password: "ana's password",
    });
    const cookies = await browser.jar.getCookies(accepted.location!.href);
    expect((await browser.get(accepted.location!)).location?.searchParams.has('code')).toBe(true);
    for (const cookie of cookies) await browser.jar.setCookie(cookie, accepted.location!.href);
    expect((await browser.get(accepted.location!)).location?.searchParams.has('code') ?? false).toBe(false);
    expect((await browser.get(page!)).status).toBe(400);
  });
});
