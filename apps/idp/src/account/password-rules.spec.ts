import { describe, expect, it } from '@jest/globals';
import { passwordFault } from './password-rules.js';

const ANA = { login: 'ana.longname', name: 'Ana Longname', email: 'ana@example.test' };

describe('a new password', () => {
  it.each([
    ['nine char', 'too_short'],
    ['🐴🐴🐴🐴🐴', 'too_short'],
    ['x'.repeat(1025), 'too_long'],
    ['ANA.longname', 'is_public'],
    [' Ana Longname ', 'is_public'],
    ['ana@EXAMPLE.test', 'is_public'],
    ['ten chars.', undefined],
    ['x'.repeat(1024), undefined],
    ['ana.longname and more', undefined],
  ])('%j: %s', (password, fault) => {
    expect(passwordFault(password, ANA, false)).toBe(fault);
  });

  it('is not the old one', () => {
    expect(passwordFault('ten chars.', ANA, true)).toBe('is_old');
  });
});
