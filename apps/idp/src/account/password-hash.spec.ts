import { describe, expect, it } from '@jest/globals';
import { hashPassword, isPassword } from './password-hash.js';

describe('a hashed password', () => {
  it('is known again, and no other is', async () => {
    const hashed = await hashPassword('correct horse');
    expect(hashed).not.toContain('horse');
    expect(await isPassword('correct horse', hashed)).toBe(true);
    expect(await isPassword('correct horsf', hashed)).toBe(false);
  });

  it('is known again however its letters are composed', async () => {
    expect(await isPassword('cafe\u0301', await hashPassword('caf\u00e9'))).toBe(true);
  });

  it('looks different each time', async () => {
    expect(await hashPassword('same')).not.toBe(await hashPassword('same'));
  });

  it.each(['', 'plain text', 'scrypt$32768$8$3$AAAA$AAAA', 'md5$1$1$1$a$b'])('is never found in %j', async (text) => {
    expect(await isPassword('x', text)).toBe(false);
  });
});
