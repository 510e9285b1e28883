import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readMessage } from './silent-frame.js';

const RIGHT = { source: 'bff-silent-login', v: 1, isLoggedIn: true, rid: 'r', correlationId: 'c' };

describe('a message of the silent frame', () => {
  it.each([
    ['signed in', RIGHT, { outcome: 'signed_in', reference: 'c' }],
    [
      'refused',
      { ...RIGHT, isLoggedIn: false, error: 'login_required' },
      { outcome: 'login_required', reference: 'c' },
    ],
    [
      'too early',
      { ...RIGHT, isLoggedIn: false, error: 'suppressed', retryAfterS: 9 },
      { outcome: 'suppressed', reference: 'c', retryAfterS: 9 },
    ],
    ['no error', { ...RIGHT, isLoggedIn: false }, { outcome: 'failed', reference: 'c' }],
    ['a contradiction', { ...RIGHT, isLoggedIn: false, error: 'signed_in' }, { outcome: 'failed', reference: 'c' }],
  ])('%s', (_, message, report) => {
    expect(readMessage(message, 'r')).toEqual(report);
  });

  it('T181: counts only when every part of it is right', () => {
    const parts = fc.constantFrom('source', 'v', 'isLoggedIn', 'rid');
    const wrong = fc.anything().filter((value) => typeof value !== 'boolean');
    fc.assert(
      fc.property(parts, wrong, (part, value) => {
        fc.pre(RIGHT[part as keyof typeof RIGHT] !== value);
        expect(readMessage({ ...RIGHT, [part]: value }, 'r')).toBeUndefined();
      }),
    );
  });

  it('T181: never throws, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), (message) => {
        expect(readMessage(message, 'r')).toBeUndefined();
      }),
    );
  });
});
