import { describe, expect, it } from '@jest/globals';
import { formToken, isFormToken } from './form-token.js';

describe("the sign-in form's token", () => {
  it.each([
    ['its own', formToken('secret', 'one'), true],
    ['that of another interaction', formToken('secret', 'two'), false],
    ['that of another secret', formToken('other', 'one'), false],
    ['nothing', '', false],
    ['a longer one', `${formToken('secret', 'one')}A`, false],
  ])('accepts or refuses %s', (_what, token, accepted) => {
    expect(isFormToken(token, 'secret', 'one')).toBe(accepted);
  });
});
