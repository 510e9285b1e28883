import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser } from '../../apps/idp/test/browser.js';
import {
  asClient,
  isActive,
  operate,
  redeem,
  signIn,
  startTestIdp,
  type TestIdp,
  type Tokens,
  VERIFIER,
} from '../../apps/idp/test/test-idp.js';
import { errorAt, postTo, publicClient } from '../../apps/idp/test/post-to.js';
import { freshDatabase } from '../support/databases.js';

const ANOTHER = 'a-verifier-of-the-attacker-that-is-long-enough-for-all';
let idp: TestIdp;
beforeAll(async () => {
  idp = await startTestIdp(await freshDatabase('idp'), {
    moreClients: () => [publicClient],
  });
});
afterAll(() => idp.close());

const post = (...[path, form, headers]: [string, Record<string, string> | string, Record<string, string>?]) =>
  postTo(idp, path, form, headers);
const codeOf = async (clientId = 'gateway') =>
  (await signIn(idp, new Browser(), 'ana', clientId)).location!.searchParams.get('code')!;

describe('a code (T115)', () => {
  const redemption = async (form: Record<string, string> = {}, by = 'gateway') =>
    errorAt(
      asClient(idp, by, '/oauth/token', {
        grant_type: 'authorization_code',
        code: await codeOf(),
        redirect_uri: 'http://gateway.test/callback',
        code_verifier: VERIFIER,
        ...form,
      }),
    );

  it.each([
    ['by another client', {}, 'other'],
    ['with the verifier of somebody else', { code_verifier: ANOTHER }, 'gateway'],
    ['without a verifier', { code_verifier: '' }, 'gateway'],
    ['with its challenge as verifier', { code_verifier: 'x'.repeat(43) }, 'gateway'],
    ['with another redirect URI', { redirect_uri: 'http://other.test/callback' }, 'gateway'],
    ['with a longer redirect URI', { redirect_uri: 'http://gateway.test/callback/x' }, 'gateway'],
    ['without a redirect URI', { redirect_uri: '' }, 'gateway'],
  ])('is not redeemed %s', async (_what, form, by) => {
    expect(await redemption(form, by)).toMatch(/^invalid_(?:grant|request)$/);
  });

  it('that another client tried stays good for its own', async () => {
    const back = await signIn(idp, new Browser(), 'ana');
    const code = back.location!.searchParams.get('code')!;
    const form = { grant_type: 'authorization_code', code, redirect_uri: 'http://gateway.test/callback' };
    expect(await errorAt(asClient(idp, 'other', '/oauth/token', { ...form, code_verifier: VERIFIER }))).toBe(
      'invalid_grant',
    );
    expect(await redeem(idp, back)).toHaveProperty('id_token');
  });

  it('of an ended session is worth nothing', async () => {
    const back = await signIn(idp, new Browser(), 'ben');
    await endAll('ben');
    expect(await redeem(idp, back)).toMatchObject({ error: 'invalid_grant' });
  });

  it('is not found by what is nearly it', async () => {
    const code = await codeOf();
    for (const wrong of [
      `${code} `,
      `${code}\0`,
      code.toUpperCase(),
      `${code},${code}`,
      `${code}%00`,
      '',
      '\0',
      'ü'.repeat(99),
    ]) {
      expect(await redemption({ code: wrong })).toMatch(/^invalid_(?:grant|request)$/);
    }
  });

  it('redeemed by ten at once gives tokens to one at most, and they are dead then', async () => {
    const back = await signIn(idp, new Browser(), 'ana');
    const all = await Promise.all(Array.from({ length: 10 }, () => redeem(idp, back)));
    const given = all.filter(({ error }) => error === undefined);
    expect(given.length).toBeLessThanOrEqual(1);
    for (const one of given) expect(await isActive(idp, one.refresh_token)).toBe(false);
  });
});

describe('a refresh token', () => {
  const refresh = async (token: string | undefined, clientId: string) =>
    (await post('/oauth/token', { grant_type: 'refresh_token', refresh_token: token ?? '', client_id: clientId })).body;
  const publicTokens = async (login = 'ana') => {
    const back = await signIn(idp, new Browser(), login, 'public');
    return (await redeemPublic(back.location!.searchParams.get('code')!)).body;
  };
  const redeemPublic = (code: string) =>
    post('/oauth/token', {
      grant_type: 'authorization_code',
      client_id: 'public',
      code,
      redirect_uri: 'http://public.test/callback',
      code_verifier: VERIFIER,
    });

  it('of another client is worth nothing, and that client keeps it', async () => {
    const tokens = await redeem(idp, await signIn(idp, new Browser(), 'ana'));
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token! };
    expect(await errorAt(asClient(idp, 'other', '/oauth/token', form))).toBe('invalid_grant');
    expect((await refresh(tokens.refresh_token, 'public')).error).toBe('invalid_grant');
    expect(await isActive(idp, tokens.refresh_token)).toBe(true);
  });

  it('gives no scope that was not given before', async () => {
    const tokens = await redeem(idp, await signIn(idp, new Browser(), 'ana'));
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token!, scope: 'openid offline_access' };
    expect(await errorAt(asClient(idp, 'gateway', '/oauth/token', form))).toBe('invalid_scope');
  });

  it('of an ended session is worth nothing', async () => {
    const tokens = await publicTokens('ben');
    expect(tokens.refresh_token).toEqual(expect.any(String));
    await endAll('ben');
    expect((await refresh(tokens.refresh_token, 'public')).error).toBe('invalid_grant');
  });

  it('that comes while its session ends gives tokens that live no longer than the session', async () => {
    const tokens = await redeem(idp, await signIn(idp, new Browser(), 'ben'));
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token! };
    const asked = Array.from({ length: 8 }, async (_, n) => {
      await sleep(n * 3);
      return (await (await asClient(idp, 'gateway', '/oauth/token', form)).json()) as Tokens;
    });
    const [, ...all] = await Promise.all([endAll('ben'), ...asked]);
    for (const one of all) {
      if (one.error !== undefined) continue;
      expect(await isActive(idp, one.access_token)).toBe(false);
      expect(await isActive(idp, one.refresh_token)).toBe(false);
    }
  });
});

describe('introspection and revocation (T117, T118)', () => {
  let tokens: Tokens;
  beforeAll(async () => {
    tokens = await redeem(idp, await signIn(idp, new Browser(), 'ana'));
  });

  it.each(['/oauth/introspect', '/oauth/revoke'])('%s is for clients that prove themselves', async (path) => {
    const token = tokens.refresh_token!;
    expect([400, 401]).toContain((await post(path, { token })).status);
    expect([400, 401]).toContain((await post(path, { token, client_id: 'gateway' })).status);
    expect((await post(path, { token }, { authorization: `Basic ${btoa('gateway:wrong')}` })).status).toBe(401);
    expect([404, 405]).toContain((await fetch(`${idp.issuer}${path}?token=${token}`)).status);
    expect(await isActive(idp, token)).toBe(true);
  });

  it('say of every strange token the same: not active, 200', async () => {
    for (const token of [tokens.id_token, 'a.b.c']) {
      const answer = (await (await asClient(idp, 'gateway', '/oauth/introspect', { token })).json()) as {
        active?: boolean;
      };
      expect(answer.active).not.toBe(true);
    }
    for (const token of ['rubbish', '\0', 'ü'.repeat(3_000)]) {
      expect(await (await asClient(idp, 'gateway', '/oauth/introspect', { token })).json()).toEqual({ active: false });
      expect((await asClient(idp, 'gateway', '/oauth/revoke', { token })).status).toBe(200);
    }
    for (const token of [tokens.access_token, tokens.refresh_token!]) {
      expect(await (await asClient(idp, 'other', '/oauth/introspect', { token })).json()).toEqual({ active: false });
      await asClient(idp, 'other', '/oauth/revoke', { token });
      expect((await post('/oauth/introspect', { token, client_id: 'public' })).body).not.toMatchObject({
        active: true,
      });
      await post('/oauth/revoke', { token, client_id: 'public' });
      expect(await isActive(idp, token)).toBe(true);
    }
  });

  it('userinfo takes an access token, and nothing else, and never from the address', async () => {
    const ask = async (token: string) =>
      (await fetch(`${idp.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect(await ask(tokens.access_token)).toBe(200);
    for (const token of [tokens.refresh_token!, tokens.id_token, 'rubbish', ''])
      expect([400, 401]).toContain(await ask(token));
    expect([400, 401]).toContain((await fetch(`${idp.issuer}/userinfo?access_token=${tokens.access_token}`)).status);
  });
});

async function endAll(login: string): Promise<void> {
  const { body } = await operate(idp, 'GET', `/admin/sessions?login=${login}`);
  await Promise.all(
    (body as { id: string }[]).map(({ id }) => operate(idp, 'DELETE', `/admin/sessions/${id}?push=none`)),
  );
}
