import { describe, expect, it } from '@jest/globals';
import { RequestLimits } from './request-limits.js';

describe('RequestLimits', () => {
  it('lets an address begin as many sign-ins as allowed, then says when the next may come', async () => {
    const limits = new RequestLimits(3, 3);
    for (let i = 0; i < 3; i += 1) await limits.countSignIn('10.0.0.1');
    await expect(limits.countSignIn('10.0.0.1')).rejects.toMatchObject({
      body: { type: 'urn:sso:problem:too-many-requests', status: 429, retryAfterS: expect.any(Number) },
    });
    await limits.countSignIn('10.0.0.2');
  });

  it('T037: counts the refused tokens of each address apart', async () => {
    const limits = new RequestLimits(3, 3);
    for (let i = 0; i < 3; i += 1) await limits.countRefusedToken('10.0.0.1');
    await expect(limits.countRefusedToken('10.0.0.1')).rejects.toMatchObject({ body: { status: 429 } });
    await limits.countRefusedToken('10.0.0.2');
  });

  it('takes a whole /64 of IPv6 for one address', async () => {
    const limits = new RequestLimits(1, 1);
    await limits.countSignIn('2001:db8:1:2::1');
    await expect(limits.countSignIn('2001:db8:1:2:ffff::9')).rejects.toThrow();
    await limits.countSignIn('2001:db8:1:3::1');
  });
});
