import { describe, expect, it } from '@jest/globals';
import { addressOrNetwork } from './config-values.js';

describe('a trusted proxy', () => {
  it.each(['127.0.0.1', '10.0.0.0/8', '::1', '2001:db8::/32', '192.0.2.7/32'])('can be %s', (text) => {
    expect(addressOrNetwork.safeParse(text).success).toBe(true);
  });

  it.each(['', 'proxy.internal', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '0.0.0.0/0', '::/129', '/8'])(
    'is never %j',
    (text) => {
      expect(addressOrNetwork.safeParse(text).success).toBe(false);
    },
  );
});
