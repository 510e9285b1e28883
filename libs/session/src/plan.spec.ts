import { describe, expect, it } from '@jest/globals';
import { type Load, planOf } from './plan.js';

const load: Load = {
  ...{ sessions: 10_000_000, inUse: 0.05, awake: 0.05, intervalMs: 900_000, pushProven: false, confirm: false },
  ...{ maxPerS: undefined, latencyMs: 50, concurrency: 16, probesACore: 400 },
  profile: { name: 'keycloak', minIntervalS: 60 },
};
const plan = (changes: Partial<Load>) => planOf({ ...load, ...changes });

describe('the plan', () => {
  it('ten million sessions: those in use count twice, those asleep not at all', () => {
    expect(plan({}).probesPerS).toBeCloseTo(500_000 / 450 + 500_000 / 900, 6);
    expect(plan({ inUse: 0, awake: 0 })).toMatchObject({ probesPerS: 0, pollers: 1 });
  });

  it('with push proven a quarter', () => {
    expect(plan({ pushProven: true }).probesPerS).toBeCloseTo(plan({}).probesPerS / 4, 6);
  });

  it('a poller does what its concurrency and the IdP’s latency give, but not more than a core can', () => {
    expect(plan({ latencyMs: 100 }).perPollerPerS).toBe(160);
    expect(plan({ latencyMs: 1 }).perPollerPerS).toBe(400);
    expect(plan({}).pollers).toBe(Math.ceil(plan({}).probesPerS / (320 * 0.7)));
  });

  it('a limit stretches the times to notice', () => {
    const free = plan({});
    const half = plan({ maxPerS: free.probesPerS / 2 });
    expect(half.probesPerS).toBe(free.probesPerS / 2);
    expect((half.awake.worstMs - 50) / (free.awake.worstMs - 50)).toBeCloseTo(2, 6);
    expect(half.asleep).toEqual(free.asleep);
  });

  it('a confirmation takes 10 to 15 seconds more', () => {
    expect(plan({ confirm: true }).awake.worstMs - plan({}).awake.worstMs).toBe(15_050);
    expect(plan({ confirm: true }).awake.meanMs - plan({}).awake.meanMs).toBe(12_550);
  });

  it.each<[string, Partial<Load>, RegExp]>([
    [
      'Auth0 under 15 minutes',
      { intervalMs: 300_000, sessions: 10, profile: { name: 'auth0', minIntervalS: 900 } },
      /300 s is under the 900 s of profile auth0/,
    ],
    ['a limit that is too low', { maxPerS: 10 }, /1666.7 probes a second and 10 are permitted/],
    ['rates that IdPs refuse', {}, /answer 429/],
  ])('warns of %s', (_name, changes, warning) => {
    expect(plan(changes).warnings).toEqual([expect.stringMatching(warning)]);
  });
});
