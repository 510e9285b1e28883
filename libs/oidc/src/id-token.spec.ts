import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { errors as joseErrors } from 'jose';
import {
  garbage,
  makeTokenIssuer,
  signHs256,
  unsigned,
  withOneByteChanged,
} from '../../../test/support/token-issuer.js';
import { type ExpectedIdToken, verifyIdToken } from './id-token.js';

const ISSUER = 'https://idp.example.com';
const NOW = new Date('2026-08-30T12:00:00Z');
const NOW_S = NOW.getTime() / 1000;
const ACCESS_TOKEN = 'the access token';
const EXPECTED: ExpectedIdToken = {
  issuer: ISSUER,
  clientId: 'gateway',
  nonce: 'the nonce',
  algorithm: 'RS256',
  accessToken: ACCESS_TOKEN,
  now: NOW,
};
const GOOD = { iss: ISSUER, sub: 'ana', aud: 'gateway', iat: NOW_S, exp: NOW_S + 300, nonce: 'the nonce' };

const idp = await makeTokenIssuer();
const stranger = await makeTokenIssuer();
const verify = (token: string, changes: Partial<ExpectedIdToken> = {}) =>
  verifyIdToken(token, idp.keys, { ...EXPECTED, ...changes });

async function expectRefused(
  token: string,
  changes: Partial<ExpectedIdToken> = {},
  code = 'OIDC_ID_TOKEN_INVALID',
): Promise<void> {
  const refusal: unknown = await verify(token, changes).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ name: 'OidcError', code });
  if (token.length > 20) expect((refusal as Error).message).not.toContain(token.slice(0, 20));
}

describe('an ID token', () => {
  it('is believed when it is whole', async () => {
    const token = await idp.sign({ ...GOOD, sid: 's1', auth_time: NOW_S - 5 }, { typ: 'JWT' });
    expect(await verify(token)).toEqual({
      iss: ISSUER,
      sub: 'ana',
      idpSid: 's1',
      issuedAt: NOW,
      authTime: new Date('2026-08-30T11:59:55Z'),
    });
  });

  it.each([
    ['without sid and auth_time', {}, { idpSid: undefined, authTime: undefined }],
    ['with auth_time 0, as one IdP sends', { auth_time: 0 }, { authTime: undefined }],
    ['with us as the only member of aud', { aud: ['gateway'] }, {}],
    ['with azp naming us', { azp: 'gateway' }, {}],
    ['with the hash of the access token', { at_hash: hashOf(ACCESS_TOKEN) }, {}],
    ['of an IdP whose clock is 4 minutes ahead', { iat: NOW_S + 240, exp: NOW_S + 600 }, {}],
    ['that expired less than a minute ago', { exp: NOW_S - 59 }, {}],
  ])('is believed %s', async (_name, changes, said) => {
    expect(await verify(await idp.sign({ ...GOOD, ...changes }))).toMatchObject({ sub: 'ana', ...said });
  });

  it.each([
    ['T060 with alg none', () => unsigned(GOOD)],
    ['T060 with alg none and the kid of the real key', () => unsigned(GOOD, { kid: 'k1' })],
    ['T060 signed HS256 with the public key in PEM', () => signHs256(GOOD, idp.publicPem, 'k1')],
    ['T060 of an unknown kid', () => idp.sign(GOOD, { kid: 'k2' })],
    ['T060 of another key under the right kid', () => stranger.sign(GOOD)],
    ['T060 of an embedded key', () => stranger.sign(GOOD, { kid: 'x', jku: 'https://evil.example/jwks' })],
    ['with one byte of the payload changed', async () => withOneByteChanged(await idp.sign(GOOD))],
    ['of type logout+jwt', () => idp.sign(GOOD, { typ: 'logout+jwt' })],
    ['of type application/at+jwt', () => idp.sign(GOOD, { typ: 'application/at+jwt' })],
    ['of type secevent+jwt', () => idp.sign(GOOD, { typ: 'secevent+jwt' })],
  ])('is refused %s', async (_name, make) => {
    await expectRefused(await make());
  });

  it.each([
    ['T061 of another issuer', { iss: 'https://evil.example' }],
    ['T061 of the issuer with a trailing slash', { iss: `${ISSUER}/` }],
    ['T061 for another client', { aud: 'shop' }],
    ['T061 for us and a client that we do not trust', { aud: ['gateway', 'shop'], azp: 'gateway' }],
    ['T061 for nobody', { aud: [] }],
    ['T061 issued to another party', { azp: 'shop' }],
    ['T062 without nonce', { nonce: undefined }],
    ['T062 with nonce null', { nonce: null }],
    ['T062 with the nonce of an earlier sign-in', { nonce: 'an earlier one' }],
    ['T062 with the nonce in a list', { nonce: ['the nonce'] }],
    ['T063 expired for more than a minute', { exp: NOW_S - 61 }],
    ['T063 with exp as text', { exp: String(NOW_S + 300) }],
    ['T063 without exp', { exp: undefined }],
    ['T063 issued in an hour', { iat: NOW_S + 3600, exp: NOW_S + 7200 }],
    ['T063 issued an hour ago', { iat: NOW_S - 3600 }],
    ['T063 without iat', { iat: undefined }],
    ['T063 with iat as text', { iat: String(NOW_S) }],
    ['T063 not valid yet', { nbf: NOW_S + 120 }],
    ['T066 with the hash of another access token', { at_hash: hashOf('another one') }],
    ['T066 with a hash that is no text', { at_hash: null }],
    ['without sub', { sub: undefined }],
    ['with an empty sub', { sub: '' }],
    ['with a sub of 256 characters', { sub: 's'.repeat(256) }],
    ['with a number for sub', { sub: 5 }],
    ['with a list for sub', { sub: ['ana'] }],
    ['with an empty sid', { sid: '' }],
    ['with a number for sid', { sid: 5 }],
    ['with a sid of 10 KB', { sid: 's'.repeat(10_240) }],
    ['with events, so being a logout token', { events: {} }],
  ])('is refused %s', async (_name, changes) => {
    await expectRefused(await idp.sign({ ...GOOD, ...changes }));
  });

  it.each(garbage)('is refused when it is %s', async (_name, text) => {
    await expectRefused(text);
  });

  it('leaves a key that could not be fetched to whoever fetched it', async () => {
    for (const fault of [new TypeError('fetch failed'), new joseErrors.JWKSInvalid('JSON Web Key Set malformed')]) {
      await expect(verifyIdToken(await idp.sign(GOOD), () => Promise.reject(fault), EXPECTED)).rejects.toBe(fault);
    }
  });
});

describe('max_age', () => {
  const asked = (seconds: number) => ({ maxAge: { seconds, requestedAt: new Date(NOW.getTime() - 2_000) } });

  it.each([
    ['T064 300 s: signed in 4 minutes before', 300, NOW_S - 240],
    ['T064 300 s: within the minute that clocks may differ', 300, NOW_S - 361],
    ['T065 0 s: signed in for this request', 0, NOW_S - 1],
  ])('is kept, %s', async (_name, seconds, authTime) => {
    const token = await idp.sign({ ...GOOD, auth_time: authTime });
    expect((await verify(token, asked(seconds))).authTime).toEqual(new Date(authTime * 1000));
  });

  it.each([
    ['T064 300 s: auth_time missing', 300, undefined],
    ['T064 300 s: auth_time 0', 300, 0],
    ['T064 300 s: auth_time as text', 300, String(NOW_S)],
    ['T064 300 s: an hour old', 300, NOW_S - 3600],
    ['T064 300 s: in the future', 300, NOW_S + 120],
    ['T065 0 s: signed in long before this request', 0, NOW_S - 63],
  ])('is broken, %s', async (_name, seconds, authTime) => {
    const token = await idp.sign({ ...GOOD, auth_time: authTime });
    await expectRefused(token, asked(seconds), 'OIDC_AUTHENTICATION_TOO_OLD');
  });

  it('is looked at only in a token that is genuine', async () => {
    await expectRefused(await stranger.sign({ ...GOOD, auth_time: NOW_S - 3600 }), asked(300));
    await expectRefused(await idp.sign({ ...GOOD, nonce: 'another', auth_time: NOW_S - 3600 }), asked(300));
  });

  it('T064 refuses an auth_time in the future also where nobody asked for one', async () => {
    await expectRefused(await idp.sign({ ...GOOD, auth_time: NOW_S + 120 }));
    await expectRefused(await idp.sign({ ...GOOD, auth_time: 1e300 }));
  });
});

describe('acr_values', () => {
  const asked = { acrValues: ['urn:strong', 'urn:stronger'] };

  it('are kept by any one of them', async () => {
    expect((await verify(await idp.sign({ ...GOOD, acr: 'urn:stronger' }), asked)).acr).toBe('urn:stronger');
  });

  it.each([
    ['by another one', 'urn:weak'],
    ['by none', undefined],
    ['by a list', ['urn:strong']],
    ['by all of them in one text', 'urn:strong urn:stronger'],
  ])('are broken %s', async (_name, acr) => {
    await expectRefused(await idp.sign({ ...GOOD, acr }), asked, 'OIDC_ACR_NOT_MET');
  });

  it('are looked at only in a token that is genuine', async () => {
    await expectRefused(await stranger.sign({ ...GOOD, acr: 'urn:weak' }), asked);
  });
});

function hashOf(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url');
}
