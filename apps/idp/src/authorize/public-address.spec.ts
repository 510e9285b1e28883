import { describe, expect, it } from '@jest/globals';
import { isServable, pinPublicAddress } from './public-address.js';

describe('the public address', () => {
  it("replaces whatever a request's headers claim", () => {
    const headers = { host: 'idp-internal:4000', 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'http' };
    pinPublicAddress({ headers }, new URL('https://idp.example.com'));
    expect(headers).toEqual({
      host: 'idp.example.com',
      'x-forwarded-host': 'idp.example.com',
      'x-forwarded-proto': 'https',
    });
  });

  it.each([
    ['/authorize?a=b', true],
    ['http://evil.test/authorize', false],
    ['/authorize?state=%00', false],
    ['*', false],
  ])('says of the target %s whether the engine may see it: %s', (target, servable) => {
    expect(isServable(target)).toBe(servable);
  });
});
