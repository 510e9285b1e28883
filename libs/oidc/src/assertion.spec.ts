import { describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, errors as joseErrors, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { garbage, unsigned, withOneByteChanged } from '../../../test/support/token-issuer.js';
import { importAssertionKey, signAssertion, toPublicJwk, verifyAssertion } from './assertion.js';

const NOW = new Date('2026-08-30T12:00:00.250Z');
const GATEWAY = 'https://app.example.com';
const EXPECTED = { iss: GATEWAY, aud: 'notes', now: NOW };
const ASSERTION = {
  iss: GATEWAY,
  aud: 'notes',
  sid: '0197d3c0-0000-7000-8000-000000000001',
  idp: 'https://idp.example.com',
  sub: 'ana',
  clientId: 'gateway',
  openedAt: new Date('2026-08-30T11:00:00.123Z'),
  expiresAt: new Date('2026-09-13T11:00:00.123Z'),
  authTime: new Date('2026-08-30T10:59:58Z'),
};

const pair = await generateKeyPair('ES256', { extractable: true });
const jwk = { ...(await exportJWK(pair.privateKey)), kid: 'a1' };
const key = await importAssertionKey(jwk);
const keys = createLocalJWKSet({ keys: [toPublicJwk(jwk)] });
const later = (seconds: number) => ({ ...EXPECTED, now: new Date(NOW.getTime() + seconds * 1000) });

describe('an assertion', () => {
  it('tells a service of the session, for 60 seconds', async () => {
    expect(await verifyAssertion(await signAssertion(ASSERTION, key, NOW), keys, EXPECTED)).toEqual({
      ...ASSERTION,
      clientId: undefined,
      validUntil: new Date('2026-08-30T12:01:00Z'),
    });
  });

  it('tells how the person was authenticated, and when the IdP last confirmed the session', async () => {
    const more = { acr: 'urn:mfa', idpCheckedAt: new Date('2026-08-30T11:59:00.250Z') };
    const token = await signAssertion({ ...ASSERTION, ...more }, key, NOW);
    expect(await verifyAssertion(token, keys, EXPECTED)).toMatchObject(more);
  });

  it('may lack the time of authentication', async () => {
    const token = await signAssertion({ ...ASSERTION, authTime: undefined }, key, NOW);
    expect((await verifyAssertion(token, keys, EXPECTED)).authTime).toBeUndefined();
  });

  it.each([
    ['for another service', {}, { ...EXPECTED, aud: 'billing' }],
    ['of another gateway', {}, { ...EXPECTED, iss: 'https://evil.example' }],
    ['that is older than its minute and the skew', {}, later(66)],
    ['whose sid is not one of ours', { sid: 'idp-session-1' }, EXPECTED],
    ['without a person', { sub: '' }, EXPECTED],
    ['without an IdP', { idp: '' }, EXPECTED],
  ])('is refused %s', async (_name, changes, expected) => {
    const token = await signAssertion({ ...ASSERTION, ...changes }, key, NOW);
    await expectRefused(token, expected);
  });

  it('still counts within the skew of clocks', async () => {
    const token = await signAssertion(ASSERTION, key, NOW);
    expect(await verifyAssertion(token, keys, later(64))).toMatchObject({ sub: 'ana' });
  });

  it('is refused when it is unsigned, changed, or signed by another key', async () => {
    const token = await signAssertion(ASSERTION, key, NOW);
    const { privateKey } = await generateKeyPair('ES256');
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object;
    await expectRefused(unsigned(payload, { typ: 'at+jwt', kid: 'a1' }));
    await expectRefused(withOneByteChanged(token));
    await expectRefused(await signAssertion(ASSERTION, { kid: 'a1', alg: 'ES256', key: privateKey }, NOW));
    await expectRefused(await signAssertion(ASSERTION, { ...key, kid: 'a2' }, NOW));
  });

  it.each(['JWT', 'logout+jwt', undefined])('is refused with typ %s', async (typ) => {
    const token = await signAssertion(ASSERTION, key, NOW);
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
      string,
      string
    >;
    const header = { alg: 'ES256', kid: 'a1', ...(typ === undefined ? {} : { typ }) };
    await expectRefused(await new SignJWT(payload).setProtectedHeader(header).sign(key.key));
  });

  it.each(garbage)('is refused when it is %s', async (_name, text) => {
    await expectRefused(text);
  });

  it('is neither good nor bad when the keys could not be fetched', async () => {
    const token = await signAssertion(ASSERTION, key, NOW);
    for (const fault of [new TypeError('fetch failed'), new joseErrors.JWKSTimeout(), new joseErrors.JWKSInvalid('{}')])
      await expect(verifyAssertion(token, () => Promise.reject(fault), EXPECTED)).rejects.toBe(fault);
  });
});

describe("the gateway's key", () => {
  it('is published without its private part', () => {
    expect(Object.keys(toPublicJwk({ ...jwk, oth: 'x' })).sort()).toEqual([
      'alg',
      'crv',
      'kid',
      'kty',
      'use',
      'x',
      'y',
    ]);
  });

  it.each([
    ['a public key', { ...jwk, d: undefined }],
    ['a key without kid', { ...jwk, kid: undefined }],
    ['a key with an empty kid', { ...jwk, kid: '' }],
    ['a key of another curve', { ...jwk, crv: 'P-384' }],
    ['a secret', { kty: 'oct', k: 'AAAA', kid: 'a' }],
    ['a text', 'key'],
  ])('is not %s', async (_name, wrong) => {
    await expect(importAssertionKey(wrong)).rejects.toMatchObject({ name: 'ZodError' });
    expect(() => toPublicJwk(wrong)).toThrow();
  });
});

async function expectRefused(token: string, expected = EXPECTED): Promise<void> {
  await expect(verifyAssertion(token, keys, expected)).rejects.toMatchObject({
    name: 'OidcError',
    code: 'OIDC_ASSERTION_INVALID',
  });
}
