import { describe, expect, it } from '@jest/globals';
import { alarmOf } from './probe-alarm.js';
import type { UnknownReason } from './verdict.js';

describe('what a person is called for', () => {
  it.each<[UnknownReason, number, string | undefined]>([
    ['mismatch', 1, 'security'],
    ['redirect', 1, 'fault'],
    ['config', 1, 'fault'],
    ['uncalibrated', 1, 'fault'],
    ['malformed', 2, undefined],
    ['malformed', 3, 'fault'],
    ['server', 9, undefined],
    ['unreachable', 9, undefined],
    ['throttled', 9, undefined],
    ['race', 1, undefined],
  ])('%s, %i in a row: %s', (reason, inARow, level) => {
    expect(alarmOf({ kind: 'unknown', reason }, inARow)?.level).toBe(level);
  });

  it('is no answer that was understood', () => {
    expect(alarmOf({ kind: 'ended', strength: 'weak' }, 0)).toBeUndefined();
  });
});
