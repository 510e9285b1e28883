import { describe, expect, it } from '@jest/globals';
import { looksLikeTotp, newTotpSecret, stepOf, totpAddress } from './totp.js';

/** The secret of RFC 6238, appendix B: `12345678901234567890` in base32. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const at = (seconds: number) => new Date(seconds * 1000);

describe('a code of an authenticator app', () => {
  // The codes of the appendix have eight digits; six are the last of them.
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_234_567_890, '005924'],
    [20_000_000_000, '353130'],
  ])('at %i s is the one of RFC 6238: %s', (seconds, code) => {
    expect(stepOf(SECRET, code, at(seconds))).toBe(Math.floor(seconds / 30));
  });

  it('counts one step earlier and later, as the step that it belongs to, and no further', () => {
    const step = Math.floor(1_111_111_109 / 30);
    expect([-60, -30, 0, 30, 60].map((late) => stepOf(SECRET, '081804', at(1_111_111_109 + late)))).toEqual([
      undefined,
      step,
      step,
      step,
      undefined,
    ]);
  });

  it.each(['', '28708', '2870822', 'abcdef', '２８７０８２'])('is not %j', (code) => {
    expect(stepOf(SECRET, code, at(59))).toBeUndefined();
    expect(looksLikeTotp(code)).toBe(false);
  });

  it('may be typed in groups', () => {
    expect(looksLikeTotp(' 287 082 ')).toBe(true);
  });
});

describe('a new secret', () => {
  it('has 160 bits and is another each time', () => {
    expect(newTotpSecret()).toMatch(/^[A-Z2-7]{32}$/);
    expect(newTotpSecret()).not.toBe(newTotpSecret());
  });

  it('is given to apps as an address that names the issuer and the person', () => {
    const url = new URL(totpAddress(SECRET, 'idp.example.com', 'ana b'));
    expect(url.href).toContain('otpauth://totp/idp.example.com:ana%20b?');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      issuer: 'idp.example.com',
      secret: SECRET,
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
  });
});
