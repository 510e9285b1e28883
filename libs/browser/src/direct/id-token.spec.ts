import { describe, expect, it } from '@jest/globals';
import { judgeIdToken } from './id-token.js';

const NOW_S = 1_800_000_000;
const GOOD = {
  ...{ iss: 'https://idp.test/', sub: 'ana', aud: 'spa', nonce: 'n' },
  ...{ iat: NOW_S, exp: NOW_S + 300, name: 'Ana Ünal 安' },
};
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (claims: unknown, header: unknown = { alg: 'RS256' }, signature = 'c2ln') =>
  `${part(header)}.${part(claims)}.${signature}`;
const judge = (token: unknown) =>
  judgeIdToken(token, { issuer: 'https://idp.test/', clientId: 'spa', nonce: 'n', nowS: NOW_S });

describe('an ID token from the token endpoint', () => {
  it.each([
    ['one audience', {}],
    ['an array of one', { aud: ['spa'] }],
    ['more audiences, where azp says that it is ours', { aud: ['api', 'spa'], azp: 'spa' }],
    ['a clock here that is half a day fast', { exp: NOW_S - 43_200 }],
    ['a clock here that is half a day slow', { iat: NOW_S + 43_200, exp: NOW_S + 43_500 }],
  ])('is taken with %s', (_name, changes) => {
    expect(judge(jwt({ ...GOOD, ...changes }))).toEqual({ ...GOOD, ...changes });
  });

  it.each<[string, object]>([
    ['another issuer', { iss: 'https://evil.test/' }],
    ['the issuer without its slash', { iss: 'https://idp.test' }],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'other' }],
    ['no audience', { aud: undefined }],
    ['an audience that only contains ours', { aud: 'spa-consent' }],
    ['an array without us', { aud: ['other', 'api'], azp: 'spa' }],
    ['an audience in an array in an array', { aud: [['spa']] }],
    ['more audiences and no azp', { aud: ['spa', 'api'] }],
    ['an azp that is another client', { azp: 'other' }],
    ['an azp that is null', { azp: null }],
    ['another nonce', { nonce: 'm' }],
    ['no nonce', { nonce: undefined }],
    ['a nonce that is an array', { nonce: ['n'] }],
    ['an end long ago', { exp: NOW_S - 86_401 }],
    ['no end', { exp: undefined }],
    ['an end in words', { exp: String(NOW_S + 300) }],
    ['an end that is no number', { exp: 'NaN' }],
    ['a beginning far ahead', { iat: NOW_S + 86_401 }],
    ['no beginning', { iat: undefined }],
    ['a beginning in words', { iat: String(NOW_S) }],
    ['no sub', { sub: undefined }],
    ['an empty sub', { sub: '' }],
    ['a sub that is a number', { sub: 7 }],
    ['claims of its prototype', { iss: undefined, ['__proto__']: { iss: 'https://idp.test/' } }],
  ])('is refused with %s', (_name, changes) => {
    expect(judge(jwt({ ...GOOD, ...changes }))).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['alg none', jwt(GOOD, { alg: 'none' })],
    ['ALG NONE in other letters', jwt(GOOD, { alg: 'nOnE' })],
    ['no alg', jwt(GOOD, {})],
    ['a header that is null', jwt(GOOD, null)],
    ['no signature', jwt(GOOD, { alg: 'RS256' }, '')],
    ['two parts', jwt(GOOD).replace(/\.[^.]*$/, '')],
    ['five parts, as an encrypted one', `${jwt(GOOD)}.a.b`],
    ['claims that are null', jwt(null)],
    ['claims that are a list', jwt([GOOD])],
    ['claims that are a string', jwt('spa')],
    ['what is no base64', '!!.??.xx'],
    ['what is no JSON', `${part({ alg: 'RS256' })}.e30x.c2ln`],
    ['nothing', undefined],
    ['an empty string', ''],
    ['a number', 7],
    ['an object', { split: () => ['a', 'b', 'c'] }],
  ])('is refused as %s', (_name, token) => {
    expect(judge(token)).toBeUndefined();
  });

  it('can not be changed by the page afterwards', () => {
    expect(Object.isFrozen(judge(jwt(GOOD)))).toBe(true);
  });
});
