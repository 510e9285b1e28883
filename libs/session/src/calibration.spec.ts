import { describe, expect, it } from '@jest/globals';
import { type CalibrationFacts, doubtOf } from './calibration.js';

const NOW = new Date('2026-08-31T09:00:00Z');
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const HOUR = 60;
const DAY = 24 * HOUR;

describe('POL-04: whether "inactive" is still believed', () => {
  const opened = (openedMin: number, checkedMin = openedMin) => ({
    openedAt: ago(openedMin),
    idpCheckedAt: ago(checkedMin),
  });
  it.each<[string, Partial<CalibrationFacts> & ReturnType<typeof opened>, ReturnType<typeof doubtOf>]>([
    [
      'the one session there is, said active a quarter of an hour ago',
      { ...opened(HOUR, 15), lastActiveAt: ago(15) },
      undefined,
    ],
    [
      'the one session there is, after a weekend asleep',
      { ...opened(3 * DAY, 3 * DAY - 1), lastActiveAt: ago(3 * DAY - 1) },
      undefined,
    ],
    ['a sign-in a minute ago, and nothing was active since', { ...opened(1), lastActiveAt: ago(10) }, 'never_active'],
    [
      'a sign-in yesterday that was never asked about, and nothing was active since',
      { ...opened(DAY), lastActiveAt: ago(2 * DAY) },
      'never_active',
    ],
    ['a sign-in a minute ago, while others are active', { ...opened(1), lastActiveAt: ago(0.1) }, undefined],
    [
      'a second sign-in a minute ago, and nothing was active since',
      { ...opened(DAY, 1), lastActiveAt: ago(10) },
      'never_active',
    ],
    [
      'said active just now; it is written down a few seconds late',
      { ...opened(DAY, 5), lastActiveAt: ago(5.1) },
      undefined,
    ],
    ['never active at all', { ...opened(1), lastActiveAt: undefined }, 'never_active'],
    [
      'the second to end, and nothing was active between',
      { ...opened(DAY, 10), lastActiveAt: ago(5), endedSince: 1 },
      undefined,
    ],
    [
      'the third to end, and nothing was active between',
      { ...opened(DAY, 10), lastActiveAt: ago(5), endedSince: 2 },
      'none_active',
    ],
    [
      'the third to end, and another was active since it was first called so',
      { ...opened(DAY, 10), lastActiveAt: ago(0.1), endedSince: 2 },
      undefined,
    ],
  ])('%s', (_name, facts, doubt) => {
    expect(doubtOf({ weakEndedAt: ago(0.2), endedSince: 0, lastActiveAt: undefined, ...facts })).toBe(doubt);
  });
});
