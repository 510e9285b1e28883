import { describe, expect, it } from '@jest/globals';
import { parseTokenResponse } from './token-response.js';

const GOOD = { id_token: 'i', access_token: 'a', token_type: 'Bearer' };

describe('a token response', () => {
  it.each([
    ['the least there can be', {}, { expiresInS: undefined, refreshToken: undefined }],
    ['all of it', { expires_in: 300, refresh_token: 'r', scope: 'openid' }, { expiresInS: 300, refreshToken: 'r' }],
    ['a life in text', { expires_in: '300' }, { expiresInS: 300 }],
    ['a token type in small letters', { token_type: 'bearer' }, {}],
  ])('is read: %s', (_name, changes, said) => {
    expect(parseTokenResponse({ ...GOOD, ...changes })).toMatchObject({ idToken: 'i', accessToken: 'a', ...said });
  });

  it.each([
    ['T059 no ID token', { ...GOOD, id_token: undefined }],
    ['T059 token_type mac', { ...GOOD, token_type: 'mac' }],
    ['no token type', { ...GOOD, token_type: undefined }],
    ['no access token', { ...GOOD, access_token: '' }],
    ['a refresh token that is no text', { ...GOOD, refresh_token: 5 }],
    ['a life below zero', { ...GOOD, expires_in: -1 }],
    ['a life that is null, which is not 0', { ...GOOD, expires_in: null }],
    ['a life that is a truth', { ...GOOD, expires_in: true }],
    ['a life that is an empty text', { ...GOOD, expires_in: '' }],
    ['a life that no date reaches', { ...GOOD, expires_in: 1e300 }],
    ['a page in place of JSON', undefined],
    ['null', null],
    ['a list', []],
    ['a text', 'access_token=a'],
  ])('is refused: %s', (_name, body) => {
    expect(() => parseTokenResponse(body)).toThrow(expect.objectContaining({ code: 'OIDC_TOKEN_RESPONSE_INVALID' }));
  });

  it('never stands in the message', () => {
    const secret = 'a secret that must not be seen';
    expect(() => parseTokenResponse({ access_token: secret, id_token: 5, token_type: secret })).toThrow(
      /^the token response is unusable: id_token, token_type$/,
    );
  });
});
