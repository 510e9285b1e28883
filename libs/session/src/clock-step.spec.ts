import { describe, expect, it } from '@jest/globals';
import { mayExpire, NO_STEP, weakEndedSince } from './clock-step.js';

const now = new Date('2026-11-22T12:00:00Z');
const at = (seconds: number) => new Date(now.getTime() + seconds * 1000);

describe('T149: after a jump of the clock', () => {
  it.each([
    ['never seen', NO_STEP, true],
    ['a moment ago', at(0), false],
    ['nearly ten minutes ago', at(-599), false],
    ['ten minutes ago', at(-600), true],
    ['ahead: it has jumped back since', at(3600), false],
  ])('sessions expire, or not: %s', (_name, steadySince, expected) => {
    expect(mayExpire(steadySince, now)).toBe(expected);
  });

  it.each([
    ['nothing was said', undefined, NO_STEP, undefined],
    ['no jump', at(-12), NO_STEP, at(-12)],
    ['said after the jump', at(-12), at(-20), at(-12)],
    ['said before the jump', at(-12), at(-5), undefined],
    ['said in what is the future now', at(3600), NO_STEP, undefined],
  ])('a weak "ended" counts, or begins anew: %s', (_name, weakEndedAt, steadySince, expected) => {
    expect(weakEndedSince(weakEndedAt, steadySince, now)).toEqual(expected);
  });
});
