import { describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { importAssertionKey } from '#oidc';
import { type BrowserSession, parseSid, parseSub } from '#session';
import { TestClock } from '../../../../test/support/clock.js';
import type { Service } from '../front-ends/front-end.js';
import { type AccessToken, AccessTokens } from '../tokens/access-tokens.js';
import { Assertions } from './assertions.js';
import { Credentials } from './credentials.js';

const { privateKey } = await generateKeyPair('ES256', { extractable: true });
const key = await importAssertionKey({ ...(await exportJWK(privateKey)), kid: 'k1' });
const NOW = new Date('2026-11-22T10:00:00.000Z');
const SESSION: BrowserSession = {
  id: 'one',
  ...{ frontEnd: 'https://app.example.com/shop', expiresAt: NOW, endedAt: undefined, lastSeenAt: NOW },
  sso: {
    ...{ sid: parseSid('0193552c-9c00-7000-8000-000000000001')!, iss: 'https://idp.example.com', clientId: 'gateway' },
    ...{ sub: parseSub('ana')!, openedAt: NOW, expiresAt: NOW, authTime: undefined, acr: undefined },
    ...{ idpCheckedAt: NOW, ended: undefined, tokenGeneration: 1 },
  },
};
const FRONT_END = { path: '/shop' };

/** Access tokens that are what a test says. */
class SaidAccessTokens extends AccessTokens {
  constructor(private readonly said: AccessToken) {
    super();
  }

  of(): Promise<AccessToken> {
    return Promise.resolve(this.said);
  }
}

function ask(
  credential: Service['credential'],
  said: AccessToken = { kind: 'unavailable' },
): Promise<string | undefined> {
  const assertions = new Assertions('https://gateway.example.com', key, new TestClock());
  const service: Service = {
    ...{
      name: 'notes',
      origin: 'http://notes:3000',
      paths: ['/'],
      credential,
      maxIdpAgeMs: undefined,
      timeoutMs: 1_000,
    },
  };
  return new Credentials(assertions, new SaidAccessTokens(said)).of(SESSION, service, FRONT_END);
}

describe('what a service gets in Authorization', () => {
  it('is what its entry says: an assertion, the access token, or nothing', async () => {
    expect(await ask('assertion')).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
    expect(await ask('access_token', { kind: 'token', token: 'of-the-idp' })).toBe('Bearer of-the-idp');
    expect(await ask('none', { kind: 'token', token: 'of-the-idp' })).toBeUndefined();
  });

  it('is missing when the tokens can’t be renewed: then the answer says where to sign in again', async () => {
    await expect(ask('access_token', { kind: 'sign_in_needed' })).rejects.toMatchObject({
      body: {
        ...{ status: 401, type: 'urn:sso:problem:sign-in-needed', silentLoginUrl: '/shop/bff/silent-login' },
        loginUrl: '/shop/bff/login?prompt=none',
      },
    });
  });

  it('is missing for a while when the IdP can’t be asked: that signs nobody out', async () => {
    await expect(ask('access_token')).rejects.toMatchObject({
      body: { status: 503, type: 'urn:sso:problem:idp-unavailable' },
    });
  });
});
