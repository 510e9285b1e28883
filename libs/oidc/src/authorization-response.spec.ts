import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { issuerOf, readAuthorizationResponse } from './authorization-response.js';

const ISSUER = 'https://idp.example.com';

describe('the answer of an IdP', () => {
  it('is a code', () => {
    expect(readAuthorizationResponse('code=c&state=s&iss=https%3A%2F%2Fidp.example.com&session_state=x')).toEqual({
      kind: 'code',
      state: 's',
      iss: ISSUER,
      code: 'c',
    });
  });

  it('is a refusal, without the description that came with it', () => {
    expect(readAuthorizationResponse('error=login_required&state=s&error_description=who%3F')).toEqual({
      kind: 'refused',
      state: 's',
      iss: undefined,
      error: 'login_required',
    });
  });

  it.each([
    ['T040 an error without state', 'error=server_error&error_description=%3Cscript%3E'],
    ['T043 a code without state', 'code=x'],
    ['T043 an empty state', 'code=x&state='],
    ['T043 a state in a list', 'code=x&state[]=a&state[]=b'],
    ['T043 a state of 10 KB', `code=x&state=${'s'.repeat(10_240)}`],
    ['T043 a state that is longer than ours are', `code=x&state=${'s'.repeat(129)}`],
    ['T052 two codes', 'code=x&code=y&state=s'],
    ['T052 two states', 'code=x&state=s&state=t'],
    ['T052 two states, one of them encoded', 'code=x&state=s&%73tate=t'],
    ['T052 two issuers', 'code=x&state=s&iss=a&iss=b'],
    ['T052 two errors', 'error=a&error=b&state=s'],
    ['a code and an error', 'code=x&error=access_denied&state=s'],
    ['neither code nor error', 'state=s'],
    ['an empty code', 'code=&state=s'],
    ['an empty error', 'error=&state=s'],
    ['a code of 3 KB', `code=${'c'.repeat(3_072)}&state=s`],
    ['an error of 65 characters', `error=${'e'.repeat(65)}&state=s`],
    ['nothing', ''],
    ['a form post answered by query', 'response=jwt'],
  ])('is malformed: %s', (_name, query) => {
    const response = readAuthorizationResponse(query);
    expect(response.kind).toBe('malformed');
    expect(JSON.stringify(response)).not.toContain('script');
  });

  it('never throws, and never gives a state or a code that did not stand there', () => {
    const part = fc.constantFrom('state', 'code', 'error', 'iss', '=', '&', '%', '%ff', '%00', '?', '+', 'x', '\uD800');
    const query = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: part }));
    fc.assert(
      fc.property(query, (text) => {
        const response = readAuthorizationResponse(text);
        if (response.kind === 'malformed') return;
        const parameters = new URLSearchParams(text);
        expect(parameters.getAll('state')).toEqual([response.state]);
        expect(response.state).not.toBe('');
        const said = response.kind === 'code' ? response.code : response.error;
        expect(parameters.getAll(response.kind === 'code' ? 'code' : 'error')).toEqual([said]);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the issuer of an answer', () => {
  it.each([
    ['the issuer that was asked', ISSUER, true, 'same'],
    ['T048 nobody, though the IdP always says', undefined, true, 'missing'],
    ['nobody, and the IdP never says', undefined, false, 'same'],
    ['T049 one with a trailing slash', `${ISSUER}/`, true, 'other'],
    ['T049 one in capitals', 'https://IDP.example.com', true, 'other'],
    ['T049 one with percent encoding', 'https://idp%2Eexample.com', true, 'other'],
    ['T049 one with the default port', `${ISSUER}:443`, true, 'other'],
    ['T050 another IdP', 'https://evil.example', true, 'other'],
    ['T050 another IdP where nobody must say', 'https://evil.example', false, 'other'],
    ['an empty one', '', false, 'other'],
  ])('%s', (_name, iss, announced, found) => {
    expect(issuerOf(iss, ISSUER, announced)).toBe(found);
  });
});
