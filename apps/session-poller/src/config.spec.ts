import { describe, expect, it } from '@jest/globals';
import { PollerConfig } from './config.js';
import { LONGEST_POLL_MS } from './poll/longest-poll.js';

describe('LEASE_S', () => {
  const { LEASE_S } = PollerConfig.shape;

  it('outlives the longest poll: what its description and docs/polling.md call 40 seconds', () => {
    expect(LONGEST_POLL_MS).toBe(40_000);
    expect(LEASE_S.parse(undefined)).toBe(40);
    expect(LEASE_S.description).toContain('At least 40');
  });

  it.each([
    ['39.9', false],
    ['40', true],
    ['120', true],
  ])('%s: %s', (value, isTaken) => {
    expect(LEASE_S.safeParse(value).success).toBe(isTaken);
  });
});
