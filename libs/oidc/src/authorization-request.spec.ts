import { describe, expect, it } from '@jest/globals';
import { codeChallengeOf, randomToken, toAuthorizationUrl, toPushedAuthorizationUrl } from './authorization-request.js';

const REQUEST = {
  clientId: 'gateway',
  redirectUri: 'https://app.example.com/bff/callback',
  scope: 'openid profile',
  state: 'the state',
  nonce: 'the nonce',
  codeVerifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
};

describe('an authorization request', () => {
  it('asks for a code with PKCE S256', () => {
    const url = new URL(toAuthorizationUrl('https://idp.example.com/authorize', REQUEST));
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'gateway',
      redirect_uri: 'https://app.example.com/bff/callback',
      scope: 'openid profile',
      state: 'the state',
      nonce: 'the nonce',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', // RFC 7636, appendix B
      code_challenge_method: 'S256',
    });
  });

  it('never shows the verifier', () => {
    expect(toAuthorizationUrl('https://idp.example.com/authorize', REQUEST)).not.toContain(REQUEST.codeVerifier);
  });

  it.each([
    ['prompt=none with a hint', { prompt: 'none', idTokenHint: 'a.b.c' }, { prompt: 'none', id_token_hint: 'a.b.c' }],
    ['T065 max_age=0', { maxAgeS: 0 }, { max_age: '0' }],
    ['a login hint', { loginHint: 'ana+1@example.com' }, { login_hint: 'ana+1@example.com' }],
    ['acr_values', { acrValues: ['urn:a', 'urn:b'] }, { acr_values: 'urn:a urn:b' }],
    ['languages', { uiLocales: 'sr-Latn de' }, { ui_locales: 'sr-Latn de' }],
    ['an audience', { audience: 'https://api.example.com' }, { audience: 'https://api.example.com' }],
  ])('sends %s', (_name, wanted, sent) => {
    const url = new URL(toAuthorizationUrl('https://idp.example.com/authorize', { ...REQUEST, ...wanted }));
    expect(Object.fromEntries(url.searchParams)).toMatchObject(sent);
  });

  it('keeps what stands in the endpoint, but not a second client_id', () => {
    const url = new URL(toAuthorizationUrl('https://idp.example.com/authorize?tenant=a&client_id=evil', REQUEST));
    expect(url.searchParams.get('tenant')).toBe('a');
    expect(url.searchParams.getAll('client_id')).toEqual(['gateway']);
  });
});

describe('a pushed authorization request', () => {
  it('is named to the browser, and nothing else is', () => {
    const pushed = { clientId: 'gateway', requestUri: 'urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c' };
    const url = new URL(toPushedAuthorizationUrl('https://idp.example.com/authorize?tenant=a', pushed));
    expect(Object.fromEntries(url.searchParams)).toEqual({
      tenant: 'a',
      client_id: 'gateway',
      request_uri: 'urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c',
    });
  });
});

describe('a random token', () => {
  it('has 43 characters that need no encoding, and never comes again', () => {
    const tokens = Array.from({ length: 1_000 }, randomToken);
    for (const token of tokens) expect(token).toMatch(/^[\w-]{43}$/);
    expect(new Set(tokens).size).toBe(1_000);
  });

  it('is long enough to be a PKCE verifier', () => {
    expect(codeChallengeOf(randomToken())).toMatch(/^[\w-]{43}$/);
  });
});
