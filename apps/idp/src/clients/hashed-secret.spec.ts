import { describe, expect, it } from '@jest/globals';
import { hashedSecret, isSecret, makeSecret } from './hashed-secret.js';

describe('a hashed secret', () => {
  it('is known again, and no other is', () => {
    const secret = makeSecret();
    expect(hashedSecret(secret)).not.toContain(secret);
    expect(isSecret(secret, hashedSecret(secret))).toBe(true);
    expect(isSecret(makeSecret(), hashedSecret(secret))).toBe(false);
  });

  it('is not opened by itself', () => {
    const hashed = hashedSecret(makeSecret());
    expect(isSecret(hashed, hashed)).toBe(false);
    expect(isSecret(hashed.slice('sha256:'.length), hashed)).toBe(false);
  });

  it('may also stand in clear, as in the configuration', () => {
    expect(isSecret('in clear', 'in clear')).toBe(true);
    expect(isSecret('in cleaR', 'in clear')).toBe(false);
    expect(isSecret('', '')).toBe(false);
  });
});
