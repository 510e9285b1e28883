import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeJwt, generateKeyPair, importJWK, SignJWT } from 'jose';
import { Browser } from '../../apps/idp/test/browser.js';
import { authorizeUrl, redeem, signIn, startTestIdp, type TestIdp } from '../../apps/idp/test/test-idp.js';
import { freshDatabase } from '../support/databases.js';

let idp: TestIdp;
beforeAll(async () => {
  idp = await startTestIdp(await freshDatabase('idp'));
});
afterAll(() => idp.close());

const silent = (extra: Readonly<Record<string, string>> = {}) =>
  authorizeUrl(idp, 'gateway', { prompt: 'none', ...extra });

async function errorOf(browser: Browser, url: URL | string): Promise<string | null | undefined> {
  const { location } = await browser.get(url);
  if (location !== undefined) {
    expect(location.origin + location.pathname).toBe('http://gateway.test/callback');
    expect(location.searchParams.has('code')).toBe(false);
    expect(location.searchParams.get('iss')).toBe(idp.issuer);
  }
  return location?.searchParams.get('error');
}

describe('a cookie that is not what it seems (T100)', () => {
  const cookie = async (browser: Browser) =>
    (await browser.jar.getCookies(idp.issuer)).find(({ key }) => key === 'idp_session')!.value;

  it('is nobody, when it is made up, not signed, signed by another or of another kind', async () => {
    const ana = new Browser();
    await signIn(idp, ana, 'ana');
    const value = await cookie(ana);
    const jar = (await ana.jar.getCookies(idp.issuer)).map(({ key, value: text }) => [key, text] as const);
    const signature = jar.find(([key]) => key === 'idp_session.sig')![1];
    for (const header of [
      'idp_session=made-up',
      `idp_session=${value}`,
      `idp_session=${value}; idp_session.sig=${signature.slice(1)}A`,
      `idp_session=${value}x; idp_session.sig=${signature}`,
      `idp_interaction=${value}; idp_interaction.sig=${signature}`,
      `idp_session=${value}; idp_session=made-up; idp_session.sig=${signature}`.replace(value, 'first'),
    ]) {
      const response = await fetch(silent(), { redirect: 'manual', headers: { cookie: header } });
      expect([header, new URL(response.headers.get('location')!).searchParams.get('error')]).toEqual([
        header,
        'login_required',
      ]);
    }
  });

  it('is not the session of before: signing in gives the browser another one', async () => {
    const browser = new Browser();
    await signIn(idp, browser, 'ana');
    const planted = new Browser();
    await planted.get(authorizeUrl(idp));
    const before = await planted.jar.getCookieString(idp.issuer);
    await signIn(idp, planted, 'ben');
    expect(await cookie(browser)).not.toBe(await cookie(planted));
    expect(before).not.toContain(await cookie(planted));
  });
});

describe('a silent request of somebody who is signed in', () => {
  const browser = new Browser();
  beforeAll(() => signIn(idp, browser, 'ana'));

  it.each([
    ['login_required', { max_age: '0' }],
    ['invalid_request', { max_age: 'abc' }],
    ['invalid_request', { max_age: '-1' }],
    ['invalid_request', { max_age: '99999999999999999999' }],
    ['invalid_request', { prompt: 'none consent' }],
    ['invalid_request', { prompt: 'NONE' }],
    ['request_not_supported', { request: 'eyJhbGciOiJub25lIn0.e30.' }],
    ['request_uri_not_supported', { request_uri: 'https://evil.test/r' }],
    ['registration_not_supported', { registration: '{}' }],
    ['unsupported_response_type', { response_type: 'token' }],
    ['unsupported_response_mode', { response_mode: 'smoke' }],
    ['invalid_request', { code_challenge_method: 'plain' }],
    ['invalid_request', { code_challenge_method: '' }],
    ['invalid_request', { code_challenge: 'short' }],
  ])('gets %s for %j (T075, T103, T113)', async (error, extra) => {
    const { location } = await browser.get(silent(extra));
    const said = new URLSearchParams(`${location?.search ?? ''}&${location?.hash.slice(1) ?? ''}`);
    expect([said.get('error'), said.has('code')]).toEqual([error, false]);
    expect(location?.origin).toBe('http://gateway.test');
  });

  it.each([
    ['twice the same', '&state=a-state'],
    ['with another state', '&state=b'],
    ['with another client', '&client_id=other'],
    ['with another redirect URI', '&redirect_uri=http%3A%2F%2Fevil.test%2Fcallback'],
    ['with another prompt', '&prompt=login'],
    ['with a list', '&scope=openid&scope=email'],
  ])('that says something %s is refused and leads nowhere else', async (_what, more) => {
    const { location, status, text } = await browser.get(`${silent().href}${more}`);
    expect(location?.searchParams.has('code') ?? false).toBe(false);
    if (location === undefined) expect([status, text]).toEqual([400, expect.stringContaining('invalid_request')]);
    else expect(location.origin).toBe('http://gateway.test');
  });

  it('keeps a state of any letters as it is, and never as a header or a page', async () => {
    const state = '"><script>\r\nset-cookie: a=b\r\n\r\n☃\u202e%0d%0a&error=none#x';
    const { location, headers } = await new Browser().get(silent({ state }));
    expect(location?.searchParams.get('state')).toBe(state);
    expect(headers.get('set-cookie') ?? '').not.toContain('a=b');
  });
});

describe('a hint (T106, T108)', () => {
  let browser: Browser;
  let idToken: string;
  beforeAll(async () => {
    browser = new Browser();
    idToken = (await redeem(idp, await signIn(idp, browser, 'ana'))).id_token;
  });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const own = async (claims: object, header = {}) =>
    new SignJWT({ ...decodeJwt(idToken), ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header })
      .sign(await importJWK(idp.signingKey));

  const HINTS: Readonly<Record<string, () => Promise<string> | string>> = {
    'for another client': () => own({ aud: 'other' }),
    'by another issuer': () => own({ iss: 'http://evil.test' }),
    'signed by a key that nobody knows': async () =>
      new SignJWT(decodeJwt(idToken))
        .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
        .sign((await generateKeyPair('RS256')).privateKey),
    'under a kid that nobody knows': () => own({}, { kid: 'k2' }),
    'with alg none': () => `${part({ alg: 'none' })}.${part(decodeJwt(idToken))}.`,
    'with alg None and the old signature': () => `${part({ alg: 'None' })}.${idToken.split('.').slice(1).join('.')}`,
    "signed with the public key as if it were a client's secret": async () => {
      const { kty, n, e } = idp.signingKey;
      return new SignJWT(decodeJwt(idToken))
        .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
        .sign(new TextEncoder().encode(JSON.stringify({ kty, n, e })));
    },
    'with a changed subject': () => {
      const [header, , signature] = idToken.split('.');
      return `${header!}.${part({ ...decodeJwt(idToken), sub: 'sub-ben' })}.${signature!}`;
    },
    'in five parts': () => `${part({ alg: 'dir', enc: 'A128GCM' })}..AAAA.AAAA.AAAA`,
    'that is rubbish': () => 'rubbish',
    'that is empty JSON': () => `${part({})}.${part({})}.`,
  };
  it.each(Object.keys(HINTS))('%s is refused, though the person is signed in', async (what) => {
    expect(await errorOf(browser, silent({ id_token_hint: await HINTS[what]!() }))).toBe('invalid_request');
  });

  it('of 50 KB is too long for anybody', async () => {
    const { status, location } = await browser.get(silent({ id_token_hint: 'a'.repeat(50_000) }));
    expect([400, 414, 431]).toContain(status);
    expect(location).toBeUndefined();
  });
});
