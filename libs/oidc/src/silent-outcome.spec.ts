import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { endsLocalSession, silentOutcomeOf } from './silent-outcome.js';

describe('a silent sign-in that was refused', () => {
  it.each([
    ['login_required', 'login_required'],
    ['consent_required', 'consent_required'],
    ['interaction_required', 'interaction_required'],
    ['unmet_authentication_requirements', 'interaction_required'],
    ['account_selection_required', 'account_selection_required'],
    ['temporarily_unavailable', 'unavailable'],
    ['server_error', 'unavailable'],
    ['access_denied', 'denied'],
    ['invalid_request', 'failed'],
    ['LOGIN_REQUIRED', 'failed'],
    ['', 'failed'],
    ['constructor', 'failed'],
    ['__proto__', 'failed'],
  ])('with %s is %s', (error, outcome) => {
    expect(silentOutcomeOf(error)).toBe(outcome);
  });

  it('T183 ends the local session only at top level, with a hint, by login_required', () => {
    const error = fc.oneof(fc.string(), fc.constantFrom('login_required', 'consent_required', 'server_error'));
    fc.assert(
      fc.property(error, fc.boolean(), fc.boolean(), (said, topLevel, hinted) => {
        const proof = said === 'login_required' && topLevel && hinted;
        expect(endsLocalSession(said, { topLevel, hinted })).toBe(proof);
      }),
    );
  });
});
