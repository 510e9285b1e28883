import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freshDatabase } from '../../../test/support/databases.js';
import { until } from '../../../test/support/until.js';
import { Browser } from '../test/browser.js';
import {
  asClient,
  authorizeUrl,
  isActive,
  operate,
  redeem,
  signIn,
  startTestIdp,
  type TestIdp,
} from '../test/test-idp.js';

let idp: TestIdp;
let keys: ReturnType<typeof createRemoteJWKSet>;
beforeAll(async () => {
  idp = await startTestIdp(await freshDatabase('idp'), {
    env: { UNSAFE_FAULTS: '1' },
    moreClients: () => [
      {
        client_id: 'implicit',
        first_party: true,
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://localhost:1/callback'],
        response_types: ['id_token'],
        grant_types: ['implicit'],
      },
    ],
  });
  keys = createRemoteJWKSet(new URL('/jwks', idp.issuer));
});
afterAll(() => idp.close());
beforeEach(() => operate(idp, 'DELETE', '/admin/faults'));

const order = (...faults: readonly object[]) => operate(idp, 'PUT', '/admin/faults', undefined, faults);
const verify = (token: string) => jwtVerify(token, keys, { issuer: idp.issuer, audience: 'gateway' });

async function applied(): Promise<readonly number[]> {
  const { body } = await operate(idp, 'GET', '/admin/faults');
  return (body as { applied: number }[]).map((one) => one.applied);
}

/** Signs Ana in and out again; gives the logout tokens of the gateway that came of it, once `count` are there. */
async function logoutTokens(count: number): Promise<readonly string[]> {
  const before = idp.logoutTokens.length;
  const browser = new Browser();
  const { id_token: hint } = await redeem(idp, await signIn(idp, browser, 'ana'));
  const page = await browser.get(`${idp.issuer}/oidc/logout?id_token_hint=${hint}`);
  await browser.submit(page, idp.issuer, { logout: 'yes' });
  const told = () => idp.logoutTokens.slice(before).map((one) => one.replace('gateway:', ''));
  return until('the logout tokens', () => (told().length < count ? undefined : told()));
}

describe('faults on order', () => {
  it('are listed, counted and taken back, and the API says where an order is wrong', async () => {
    const drop = { on: 'jwks', fault: 'drop', times: 1 };
    expect(await order(drop)).toMatchObject({ status: 200, body: [{ ...drop, applied: 0 }] });
    await expect(fetch(`${idp.issuer}/jwks`)).rejects.toThrow();
    expect((await fetch(`${idp.issuer}/jwks`)).status).toBe(200);
    expect(await applied()).toEqual([1]);
    expect(await order(drop, { on: 'token', fault: 'delay' }, { on: 'x', fault: 'drop' })).toMatchObject({
      status: 400,
      body: { type: 'urn:sso:problem:invalid-faults', detail: expect.stringMatching(/1\.delayMs: .*; 2\.on: /) },
    });
    expect(await applied()).toEqual([1]);
    expect(await operate(idp, 'DELETE', '/admin/faults')).toMatchObject({ status: 200, body: [] });
    expect((await operate(idp, 'GET', '/admin/faults', 'wrong')).status).toBe(401);
  });

  it('are said on every answer of both servers', async () => {
    const addresses = ['/jwks', '/authorize', '/assets/none', '/health/live', '/interaction/none'];
    const answers = await Promise.all(addresses.map((path) => fetch(idp.issuer + path)));
    for (const { headers } of answers) expect(headers.get('x-unsafe-faults')).toBe('on');
    expect((await operate(idp, 'GET', '/admin/none')).headers.get('x-unsafe-faults')).toBe('on');
  });
});

describe('an answer', () => {
  it('is a status with Retry-After and costs nothing: the code can still be redeemed', async () => {
    await order({ on: 'token', fault: 'status', status: 429, retryAfterS: 7, clientId: 'gateway', times: 1 });
    const back = await signIn(idp, new Browser(), 'ana');
    const form = { grant_type: 'refresh_token', refresh_token: 'x' };
    expect((await asClient(idp, 'other', '/oauth/token', form)).status).toBe(400);
    const refused = await asClient(idp, 'gateway', '/oauth/token', form);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7']);
    expect(await isActive(idp, (await redeem(idp, back)).refresh_token)).toBe(true);
  });

  it('is lost after the request was served: the code is spent', async () => {
    await order({ on: 'token', fault: 'drop', times: 1 });
    const back = await signIn(idp, new Browser(), 'ana');
    await expect(redeem(idp, back)).rejects.toThrow('fetch failed');
    expect(await redeem(idp, back)).toMatchObject({ error: 'invalid_grant' });
  });

  it.each(['introspection', 'userinfo', 'discovery', 'jwks', 'revocation'])('is a web page at %s', async (on) => {
    const { access_token: token } = await redeem(idp, await signIn(idp, new Browser(), 'ana'));
    await order({ on, fault: 'garbage', ...(['discovery', 'jwks'].includes(on) ? {} : { clientId: 'gateway' }) });
    const asked = {
      introspection: () => asClient(idp, 'gateway', '/oauth/introspect', { token }),
      revocation: () => asClient(idp, 'gateway', '/oauth/revoke', { token }),
      userinfo: () => fetch(`${idp.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } }),
      discovery: () => fetch(`${idp.issuer}/.well-known/openid-configuration`),
      jwks: () => fetch(`${idp.issuer}/jwks`),
    };
    const answer = await asked[on as keyof typeof asked]();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await answer.text()).toContain('It works!');
    await operate(idp, 'DELETE', '/admin/faults');
    expect(await isActive(idp, token)).toBe(true);
  });

  it('comes late, or never', async () => {
    await order(
      { on: 'authorization', fault: 'delay', delayMs: 150, times: 1 },
      { on: 'discovery', fault: 'hang', times: 1 },
    );
    const began = performance.now();
    const { location } = await new Browser().get(authorizeUrl(idp, 'gateway', { prompt: 'none' }));
    expect(location?.searchParams.get('error')).toBe('login_required');
    expect(performance.now() - began).toBeGreaterThan(140);
    const hung = fetch(`${idp.issuer}/.well-known/openid-configuration`, { signal: AbortSignal.timeout(200) });
    await expect(hung).rejects.toThrow('timeout');
  });
});

describe('an ID token', () => {
  const spoiled = async (...faults: readonly object[]) => {
    await order(...faults.map((fault) => ({ on: 'token', ...fault })));
    return (await redeem(idp, await signIn(idp, new Browser(), 'ana'))).id_token;
  };

  it('has a signature that is wrong, under the right key', async () => {
    const token = await spoiled({ fault: 'mis_sign' });
    await expect(verify(token)).rejects.toThrow('signature verification failed');
    expect(decodeProtectedHeader(token).kid).toBe('k1');
  });

  it('is signed by a key that nobody knows', async () => {
    await expect(verify(await spoiled({ fault: 'wrong_key' }))).rejects.toThrow('no applicable key');
  });

  it('comes from a clock that is wrong', async () => {
    const now = Date.now() / 1000;
    const { payload } = await verify(await spoiled({ fault: 'skew_clock', seconds: 3_600 }));
    expect(payload.iat).toBeGreaterThan(now + 3_500);
    expect(payload.auth_time).toBeGreaterThan(now + 3_500);
    expect(payload.exp! - payload.iat!).toBe(300);
    await expect(verify(await spoiled({ fault: 'skew_clock', seconds: -3_600 }))).rejects.toThrow('"exp" claim');
  });

  it('has no sid, and is right in all else', async () => {
    const { payload } = await verify(await spoiled({ fault: 'omit_sid', times: 1 }));
    expect(payload).not.toHaveProperty('sid');
    expect(payload).toMatchObject({ sub: 'sub-ana', nonce: 'a-nonce' });
  });

  it('is spoiled as well where it comes from the authorization endpoint', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ana');
    const asked = { redirect_uri: 'http://localhost:1/callback', response_type: 'id_token', prompt: 'none' };
    for (const response_mode of ['fragment', 'form_post']) {
      await order({ on: 'authorization', fault: 'mis_sign', clientId: 'implicit', times: 1 });
      const answer = () => browser.get(authorizeUrl(idp, 'implicit', { ...asked, response_mode }));
      const [spoilt, good] = [await answer(), await answer()].map(
        ({ location, text }) =>
          /id_token\W+(?:value=")?(eyJ[\w.-]+)/.exec(`${location?.href ?? ''} ${text}`)?.[1] ?? '',
      );
      await expect(jwtVerify(spoilt!, keys)).rejects.toThrow('signature verification failed');
      expect((await jwtVerify(good!, keys)).payload.sub).toBe('sub-ana');
    }
  });

  it('is spoiled by one fault at a time, and an answer without one does not count', async () => {
    await order({ on: 'token', fault: 'mis_sign', times: 1 });
    await asClient(idp, 'gateway', '/oauth/token', { grant_type: 'refresh_token', refresh_token: 'x' });
    expect(await applied()).toEqual([0]);
  });
});

describe('a logout token', () => {
  const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
  const back = (fault: object) => order({ on: 'backchannel', clientId: 'gateway', times: 1, ...fault });

  it('is lost without a trace, and the sender thinks it was delivered', async () => {
    await back({ fault: 'drop', silently: true });
    expect(await logoutTokens(0)).toEqual([]);
    await until('the fault', async () => ((await applied())[0] === 1 ? true : undefined));
    expect(await logoutTokens(1)).toHaveLength(1); // of the next session alone
  });

  it('comes twice, one and the same', async () => {
    await back({ fault: 'duplicate' });
    const [first, second] = await logoutTokens(2);
    expect(second).toBe(first);
    expect((await verify(first!)).payload).toHaveProperty(['events', EVENT]);
  });

  it('comes late', async () => {
    await back({ fault: 'delay', delayMs: 200 });
    const began = performance.now();
    await logoutTokens(1);
    expect(performance.now() - began).toBeGreaterThan(190);
  });

  it.each([
    ['mis_sign', 'signature verification failed'],
    ['wrong_key', 'no applicable key'],
    ['garbage', 'Invalid Compact JWS'],
  ])('comes with the fault %s, and no client takes it', async (fault, said) => {
    await back({ fault });
    const [token] = await logoutTokens(1);
    await expect(verify(token!)).rejects.toThrow(said);
  });

  it.each([
    [{ fault: 'omit_sid' }, (claims: JWTPayload) => claims.sid === undefined && claims.sub === 'sub-ana'],
    [{ fault: 'skew_clock', seconds: 900 }, ({ iat = 0 }: JWTPayload) => iat > Date.now() / 1000 + 800],
  ])('comes well signed with the fault %j', async (fault, holds) => {
    await back(fault);
    const [token] = await logoutTokens(1);
    expect(decodeProtectedHeader(token!).typ).toBe('logout+jwt');
    expect(holds((await verify(token!)).payload)).toBe(true);
    expect(decodeJwt(token!).jti).toEqual(expect.any(String));
  });
});

describe('without the switch', () => {
  it('there is nothing to order, and no answer speaks of it', async () => {
    const safe = await startTestIdp(await freshDatabase('idp'));
    const { status } = await operate(safe, 'PUT', '/admin/faults', undefined, []);
    const { headers } = await fetch(`${safe.issuer}/jwks`);
    await safe.close();
    expect([status, headers.get('x-unsafe-faults')]).toEqual([404, null]);
  });
});
