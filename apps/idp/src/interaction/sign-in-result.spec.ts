import { describe, expect, it } from '@jest/globals';
import { signInResult } from './sign-in-result.js';

const NOW = new Date(1_700_000_000_900);
const shown = { uid: 'session', accountId: 'ana', amr: ['pwd', 'otp', 'mfa'], acr: 'strong' };

describe('the result of a right password', () => {
  it('says who, when and how, and settles whose account is meant', () => {
    expect(signInResult('ana', undefined, NOW)).toEqual({
      login: { accountId: 'ana', ts: 1_700_000_000, amr: ['pwd'] },
      select_account: {},
    });
  });

  it('keeps the second factor of the same person in the same session', () => {
    expect(signInResult('ana', shown, NOW)).toMatchObject({
      login: { amr: ['pwd', 'otp', 'mfa'], acr: 'strong' },
      second_factor_of: 'session',
    });
  });

  it.each([
    ['of another person', { ...shown, accountId: 'ben' }],
    ['that was never shown', { ...shown, amr: ['pwd'] }],
    ['of a session without a person', { uid: 'session' }],
    ['of a session whose name is not known', { ...shown, uid: undefined }],
  ])('takes no second factor %s', (_what, before) => {
    expect(signInResult('ana', before, NOW).login).toEqual({ accountId: 'ana', ts: 1_700_000_000, amr: ['pwd'] });
  });
});
