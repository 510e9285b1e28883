import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser } from '../../apps/idp/test/browser.js';
import {
  authorizeUrl,
  isActive,
  operate,
  redeem,
  signIn,
  startTestIdp,
  type TestIdp,
} from '../../apps/idp/test/test-idp.js';
import { freshDatabase } from '../support/databases.js';

let idp: TestIdp;
beforeAll(async () => {
  idp = await startTestIdp(await freshDatabase('idp'));
});
afterAll(() => idp.close());

/** Signs in with a password, as far as it goes. */
async function tryToSignIn(login: string, password: string): Promise<void> {
  const browser = new Browser();
  const asked = await browser.get(authorizeUrl(idp));
  const page = await browser.get(asked.location!);
  const accepted = await browser.submit(page, idp.issuer, { login, password });
  if (accepted.location !== undefined) await browser.get(accepted.location);
}

async function sessionsOf(login: string): Promise<readonly { readonly id: string }[]> {
  const { body } = await operate(idp, 'GET', `/admin/sessions?login=${login}`);
  return body as { id: string }[];
}

describe('a session that is ended', () => {
  it('takes with it what is being redeemed at that instant', async () => {
    for (const lead of [0, 4, 8, 12, 20]) {
      const back = await signIn(idp, new Browser(), 'ben');
      const ids = await sessionsOf('ben');
      const [tokens] = await Promise.all([
        redeem(idp, back),
        sleep(lead).then(() =>
          Promise.all(ids.map(({ id }) => operate(idp, 'DELETE', `/admin/sessions/${id}?push=none`))),
        ),
      ]);
      if (tokens.error !== undefined) continue;
      const headers = { authorization: `Bearer ${tokens.access_token}` };
      expect([lead, await isActive(idp, tokens.access_token)]).toEqual([lead, false]);
      expect([lead, await isActive(idp, tokens.refresh_token)]).toEqual([lead, false]);
      expect((await fetch(`${idp.issuer}/userinfo`, { headers })).status).toBe(401);
    }
  });

  it('is not brought back by the requests that were on their way', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ben');
    const ids = await sessionsOf('ben');
    const silent = Array.from({ length: 12 }, async (_, n) => {
      await sleep(n * 3);
      return browser.get(authorizeUrl(idp, n % 2 === 0 ? 'other' : 'gateway', { prompt: 'none' }));
    });
    await sleep(12);
    await Promise.all(ids.map(({ id }) => operate(idp, 'DELETE', `/admin/sessions/${id}?push=none`)));
    for (const answer of await Promise.all(silent)) expect(answer.status).toBe(303);
    expect(await sessionsOf('ben')).toEqual([]);
    const { location } = await browser.get(authorizeUrl(idp, 'gateway', { prompt: 'none' }));
    expect(location?.searchParams.get('error')).toBe('login_required');
  });

  it('does not come to life again with an account that was shut and is opened again', async () => {
    const attempts = Array.from({ length: 8 }, async (_, n) => {
      await sleep(n * 30);
      await tryToSignIn('ben', "ben's password");
    });
    await sleep(120);
    await operate(idp, 'PATCH', '/admin/people/sub-ben', undefined, { disabled: true });
    await Promise.all(attempts);
    await operate(idp, 'PATCH', '/admin/people/sub-ben', undefined, { disabled: false });
    expect(await sessionsOf('ben')).toEqual([]);
  });
});

describe('whoever knows the old password', () => {
  it('is not in after it was changed, however close they come', async () => {
    const attempts = Array.from({ length: 14 }, async (_, n) => {
      await sleep(n * 25);
      await tryToSignIn('ana', "ana's password");
    });
    await sleep(150);
    const changed = await operate(idp, 'PATCH', '/admin/people/sub-ana', undefined, {
      password: 'a new long password of ana',
    });
    expect(changed.status).toBe(200);
    await Promise.all(attempts);
    expect(await sessionsOf('ana')).toEqual([]);
  });
});
