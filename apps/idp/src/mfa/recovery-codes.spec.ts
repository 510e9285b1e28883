import { describe, expect, it } from '@jest/globals';
import { newRecoveryCodes, recoveryHash } from './recovery-codes.js';

describe('recovery codes', () => {
  it('are ten, all different, of 60 bits each', () => {
    const codes = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){2}$/);
  });

  it.each(['0A1B-2C3D-4E5F', 'oalb 2c3d 4e5f', ' 0aib2c3d4e5f'])('are the same however typed: %j', (typed) => {
    expect(recoveryHash('ana', typed)).toBe(recoveryHash('ana', '0a1b-2c3d-4e5f'));
  });

  it('are kept as a hash of the person too', () => {
    expect(recoveryHash('ana', '0a1b-2c3d-4e5f')).not.toBe(recoveryHash('ben', '0a1b-2c3d-4e5f'));
  });
});
