import { describe, expect, it } from '@jest/globals';
import { ScopeWords } from './scope-words.js';

describe('the words for what an app gets', () => {
  const api = { identifier: 'https://api.test', name: 'the notes', scopes: ['read'], access_token_ttl_s: 300 };
  const words = new ScopeWords([api]);

  it('say what people understand, and name what they do not know', () => {
    const scopes = ['openid', 'email', 'constructor'];
    expect(words.describe({ scopes, resourceScopes: {} })).toEqual([
      'know who you are, each time you sign in',
      'see your e-mail address',
      'use “constructor”',
    ]);
  });

  it('name an API as the operator does', () => {
    const resourceScopes = { 'https://api.test': ['read'], 'https://other.test': [] };
    expect(words.describe({ scopes: [], resourceScopes })).toEqual([
      'use the notes for you: read',
      'use https://other.test for you',
    ]);
  });
});
