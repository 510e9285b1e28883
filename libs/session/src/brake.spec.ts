import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BRAKE_WINDOW_MS, brakeReason, type BrakeWindow } from './brake.js';

const QUARTER_HOUR_MS = 900_000;
const QUIET: BrakeWindow['before'] = { active: 0, ended: 0 };
const USUAL: BrakeWindow['before'] = { active: 97_000, ended: 3_000 };

describe('POL-09: the mass-logout brake', () => {
  it.each<[string, number, number, BrakeWindow['before'], ReturnType<typeof brakeReason>]>([
    ['one person who signs out', 1, 0, QUIET, undefined],
    ['ten endings are never a mass, even if nobody is active', 10, 0, QUIET, undefined],
    ['an eleventh while nobody is active', 11, 0, QUIET, 'none_active'],
    ['eleven among a hundred, on a day without a yesterday', 11, 89, QUIET, 'unusual'],
    ['eleven among a thousand, on a day without a yesterday', 11, 989, QUIET, undefined],
    ['twenty where endings are frequent', 20, 60, USUAL, undefined],
    ['a twenty-first: more than 5 % of few', 21, 300, USUAL, 'many'],
    ['a twenty-first of a thousand', 21, 979, USUAL, undefined],
    ['50 of a thousand', 50, 950, USUAL, undefined],
    ['51 of a thousand', 51, 949, USUAL, 'many'],
    ['eleven times the usual share', 44, 956, { active: 99_900, ended: 400 }, undefined], // under 1 % a share is not known well enough
    ['more than half, however usual that is', 12, 10, { active: 10, ended: 90 }, 'unusual'],
  ])('%s', (_name, ended, active, before, reason) => {
    expect(brakeReason({ ended, active, intervalMs: QUARTER_HOUR_MS, before })).toBe(reason);
  });

  it('counts sessions, not answers: who is asked five times in the window is not five', () => {
    const often = { ended: 40, active: 960, before: USUAL };
    expect(brakeReason({ ...often, intervalMs: BRAKE_WINDOW_MS })).toBeUndefined();
    expect(brakeReason({ ...often, intervalMs: BRAKE_WINDOW_MS / 5 })).toBe('many');
  });

  const count = fc.nat({ max: 100_000 });
  const window = fc.record({
    ...{ ended: count, active: count, intervalMs: fc.integer({ min: 400, max: 3_600_000 }) },
    before: fc.record({ active: count, ended: count }),
  });

  it('never lets go because more end', () => {
    fc.assert(
      fc.property(window, count, (some, more) => {
        fc.pre(brakeReason(some) !== undefined);
        expect(brakeReason({ ...some, ended: some.ended + more })).toBeDefined();
      }),
    );
  });

  it('is the stricter, the fewer probes it has been told of', () => {
    fc.assert(
      fc.property(window, count, (some, fewer) => {
        fc.pre(brakeReason(some) !== undefined);
        expect(brakeReason({ ...some, active: Math.max(0, some.active - fewer) })).toBeDefined();
      }),
    );
  });
});
