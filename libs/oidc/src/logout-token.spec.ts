import { describe, expect, it } from '@jest/globals';
import { errors as joseErrors } from 'jose';
import {
  garbage,
  makeTokenIssuer,
  signHs256,
  unsigned,
  withOneByteChanged,
} from '../../../test/support/token-issuer.js';
import { verifyLogoutToken } from './logout-token.js';

const ISSUER = 'https://idp.example.com';
const NOW = new Date('2026-08-30T12:00:00Z');
const NOW_S = NOW.getTime() / 1000;
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const EXPECTED = { issuer: ISSUER, clientId: 'gateway', algorithm: 'RS256', now: NOW };
const GOOD = {
  iss: ISSUER,
  aud: 'gateway',
  iat: NOW_S,
  exp: NOW_S + 120,
  jti: 'j1',
  sub: 'ana',
  sid: 'idp-session-1',
  events: { [EVENT]: {} },
};

const idp = await makeTokenIssuer();
const stranger = await makeTokenIssuer();
const verify = (token: string) => verifyLogoutToken(token, idp.keys, EXPECTED);

async function expectRefused(token: string): Promise<void> {
  const refusal: unknown = await verify(token).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ name: 'OidcError', code: 'OIDC_LOGOUT_TOKEN_INVALID' });
  if (token.length > 20) expect((refusal as Error).message).not.toContain(token.slice(0, 20));
}

describe('a logout token', () => {
  it('is believed when it is whole, and says whose session ended', async () => {
    expect(await verify(await idp.sign(GOOD, { typ: 'logout+jwt' }))).toEqual({
      iss: ISSUER,
      idpSid: 'idp-session-1',
      sub: 'ana',
      jti: 'j1',
      issuedAt: NOW,
      expiresAt: new Date('2026-08-30T12:02:00Z'),
    });
  });

  it.each([
    ['T023 with sub alone', { sid: undefined }, {}, { idpSid: undefined, sub: 'ana' }],
    ['T024 with sid alone', { sub: undefined }, {}, { idpSid: 'idp-session-1', sub: undefined }],
    ['T028 without typ', {}, {}, {}],
    ['with typ JWT', {}, { typ: 'JWT' }, {}],
    ['with typ application/Logout+JWT', {}, { typ: 'application/Logout+JWT' }, {}],
    ['T031 with claims that nobody knows', { colour: 'red', trace_id: 7 }, {}, {}],
    ['T031 with another event beside the logout', { events: { [EVENT]: {}, 'urn:other': {} } }, {}, {}],
    ['with us as the only member of aud', { aud: ['gateway'] }, {}, {}],
    ['with a plain base64 sid, as some IdPs have', { sid: 'a/b+c==' }, {}, { idpSid: 'a/b+c==' }],
    ['with a jti of 8 characters', { jti: '12345678' }, {}, { jti: '12345678' }],
    ['of an IdP whose clock is a minute ahead', { iat: NOW_S + 59 }, {}, {}],
    ['that expired less than a minute ago', { iat: NOW_S - 120, exp: NOW_S - 59 }, {}, {}],
  ])('is believed %s', async (_name, changes, header, said) => {
    expect(await verify(await idp.sign({ ...GOOD, ...changes }, header))).toMatchObject({ jti: 'j1', ...said });
  });

  it.each([
    ['T001 with alg none', () => unsigned(GOOD, { typ: 'logout+jwt' })],
    ['T001 with alg none and the kid of the real key', () => unsigned(GOOD, { kid: 'k1' })],
    ['T002 signed HS256 with the public key in PEM', () => signHs256(GOOD, idp.publicPem)],
    ['T002 the same, naming the real kid', () => signHs256(GOOD, idp.publicPem, 'k1')],
    ['T003 signed HS256 with the client secret', () => signHs256(GOOD, 'the client secret')],
    ['T005 of the right key under a wrong kid', () => idp.sign(GOOD, { kid: 'k2' })],
    ['T005 of another key under the right kid', () => stranger.sign(GOOD)],
    ['T006 with one byte of the payload changed', async () => withOneByteChanged(await idp.sign(GOOD))],
    ['without its signature', async () => (await idp.sign(GOOD)).replace(/[^.]*$/, '')],
    [
      'with a critical header that we do not know',
      () => idp.sign(GOOD, { crit: ['urn:example:critical'], 'urn:example:critical': 1 }),
    ],
    ['signed over a text that is no JSON', () => idp.sign('logout')],
    ['signed over a list', () => idp.sign('[]')],
    ['signed over null', () => idp.sign('null')],
  ])('is refused %s', async (_name, make) => {
    await expectRefused(await make());
  });

  it.each([
    ['T007 of another tenant', { iss: 'https://idp.example.com/other' }],
    ['T007 of the issuer with a trailing slash', { iss: `${ISSUER}/` }],
    ['T007 of the issuer over plain http', { iss: 'http://idp.example.com' }],
    ['T007 of the issuer in capitals', { iss: 'https://IDP.example.com' }],
    ['T007 of no issuer', { iss: undefined }],
    ['T009 for another client', { aud: 'shop' }],
    ['T009 for several clients without us', { aud: ['shop', 'blog'] }],
    ['T009 for us and a client that we do not trust', { aud: ['gateway', 'shop'] }],
    ['T009 for nobody', { aud: undefined }],
    ['T011 without exp', { exp: undefined }],
    ['T011 with exp as text', { exp: String(NOW_S + 120) }],
    ['T011 with exp null', { exp: null }],
    ['T011 expired for more than a minute', { iat: NOW_S - 120, exp: NOW_S - 61 }],
    ['T012 of two minutes ahead', { iat: NOW_S + 120, exp: NOW_S + 300 }],
    ['T012 without iat', { iat: undefined }],
    ['T012 with iat as text', { iat: String(NOW_S) }],
    ['T012 of an hour ago with a far exp', { iat: NOW_S - 3600, exp: NOW_S + 86_400 }],
    ['T014 with a nonce', { nonce: 'n' }],
    ['T014 with an empty nonce', { nonce: '' }],
    ['T014 with nonce null', { nonce: null }],
    ['T015 with neither sub nor sid', { sub: undefined, sid: undefined }],
    ['T015 with an empty sub', { sub: '' }],
    ['T015 with an empty sid', { sid: '' }],
    ['T015 with a number for sub', { sub: 5 }],
    ['T015 with an object for sid', { sid: {} }],
    ['T015 with sid null', { sid: null }],
    ['T015 with a sid of 10 KB', { sid: 's'.repeat(10_240) }],
    ['T015 with a sub of 10 KB', { sub: 's'.repeat(10_240) }],
    ['T015 with a sub longer than OpenID permits, beside a good sid', { sub: 's'.repeat(256) }],
    ['T016 without jti', { jti: undefined }],
    ['T016 with an object for jti', { jti: {} }],
    ['T016 with an empty jti', { jti: '' }],
    ['T025 being an ID token', { events: undefined, jti: undefined, nonce: 'n' }],
    ['without events', { events: undefined }],
    ['with events as a list', { events: [EVENT] }],
    ['with events as text', { events: EVENT }],
    ['with another event only', { events: { 'urn:other': {} } }],
    ['with an event that is no object', { events: { [EVENT]: true } }],
    ['with an event that is null', { events: { [EVENT]: null } }],
  ])('is refused %s', async (_name, changes) => {
    await expectRefused(await idp.sign({ ...GOOD, ...changes }));
  });

  it.each(['at+jwt', 'application/AT+JWT', 'secevent+jwt', 'command+jwt', 'id+jwt', '', 5, null, {}])(
    'T026 is refused with typ %j',
    async (typ) => {
      await expectRefused(await idp.sign(GOOD, { typ }));
    },
  );

  it.each(garbage)('is refused when it is %s', async (_name, text) => {
    await expectRefused(text);
  });

  it('need not be remembered for longer than it can be believed', async () => {
    for (const exp of [NOW_S + 86_400, 1e300]) {
      const { expiresAt } = await verify(await idp.sign({ ...GOOD, exp }));
      expect(expiresAt).toEqual(new Date('2026-08-30T12:10:00Z'));
    }
  });
});

describe('T033 a key that could not be fetched', () => {
  it.each([
    ['a network fault', new TypeError('fetch failed')],
    ['a time-out', new joseErrors.JWKSTimeout()],
    ['an answer with 503', new joseErrors.JOSEError('Expected 200 OK from the JSON Web Key Set HTTP response')],
    ['an answer that is no key set', new joseErrors.JWKSInvalid('JSON Web Key Set malformed')],
    ['a key that is none', new joseErrors.JWKInvalid('bad key')],
  ])('says nothing about the token: %s passes through unchanged', async (_name, fault) => {
    const keys = () => Promise.reject(fault);
    await expect(verifyLogoutToken(await idp.sign(GOOD), keys, EXPECTED)).rejects.toBe(fault);
  });
});

describe('a logout token of an IdP that has an older habit, or a stricter one', () => {
  const verifyFor = async (payload: object, header: object, options: object) =>
    verifyLogoutToken(await idp.sign(payload, { ...header }), idp.keys, { ...EXPECTED, ...options }).then(
      ({ expiresAt }) => expiresAt,
      (error: unknown) => (error as { code: string }).code,
    );

  it('T011 may be without exp where that is allowed, for two minutes from iat', async () => {
    const without = { ...GOOD, exp: undefined };
    const allowed = { allowNoExpiry: true };
    expect(await verifyFor({ ...without, iat: NOW_S - 119 }, {}, allowed)).toEqual(new Date((NOW_S + 1) * 1000));
    expect(await verifyFor({ ...without, iat: NOW_S - 121 }, {}, allowed)).toBe('OIDC_LOGOUT_TOKEN_INVALID');
    expect(await verifyFor({ ...GOOD, iat: NOW_S - 600, exp: NOW_S - 61 }, {}, allowed)).toBe(
      'OIDC_LOGOUT_TOKEN_INVALID',
    );
  });

  it('T028 must have its type where that is required', async () => {
    const required = { requireType: true };
    expect(await verifyFor(GOOD, { typ: 'logout+jwt' }, required)).toBeInstanceOf(Date);
    expect(await verifyFor(GOOD, { typ: 'JWT' }, required)).toBe('OIDC_LOGOUT_TOKEN_INVALID');
    expect(await verifyFor(GOOD, {}, required)).toBe('OIDC_LOGOUT_TOKEN_INVALID');
  });
});
