import { describe, expect, it } from '@jest/globals';
import { covers, joined } from './access.js';

const API = 'https://api.test';
const given = { scopes: ['openid', 'email'], resourceScopes: { [API]: ['read'] } };

describe('what a person has let a client have', () => {
  it.each([
    ['covers itself', given, true],
    ['covers less', { scopes: ['openid'], resourceScopes: {} }, true],
    ['covers an API without its scopes', { scopes: [], resourceScopes: { [API]: [] } }, true],
    ['does not cover another scope', { scopes: ['openid', 'profile'], resourceScopes: {} }, false],
    ['does not cover another scope of the API', { scopes: [], resourceScopes: { [API]: ['read', 'write'] } }, false],
    ['does not cover another API', { scopes: [], resourceScopes: { 'https://other.test': [] } }, false],
    ['does not cover what every object has', { scopes: [], resourceScopes: { constructor: [] } }, false],
  ])('%s', (_what, asked, expected) => {
    expect(covers(given, asked)).toBe(expected);
  });

  it('is nothing before the first question', () => {
    expect(covers(undefined, { scopes: [], resourceScopes: {} })).toBe(false);
  });

  it('adds up', () => {
    const more = { scopes: ['openid', 'profile'], resourceScopes: { [API]: ['write'], 'https://other.test': [] } };
    expect(joined(given, more)).toEqual({
      scopes: ['openid', 'email', 'profile'],
      resourceScopes: { [API]: ['read', 'write'], 'https://other.test': [] },
    });
    expect(joined(undefined, more)).toEqual(more);
  });
});
