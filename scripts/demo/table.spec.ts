import { describe, expect, it } from '@jest/globals';
import { formatMs, formatTable } from './table.js';

describe('the table of the story', () => {
  it('lines its columns up', () => {
    const steps = [
      { id: 'a', title: 'Ana signs in', ok: true, ms: 312 },
      { id: 'b', title: 'silently', ok: false, ms: 2400 },
    ];
    expect(formatTable(steps, [['silent sign-in', 42]])).toBe(
      [
        '  step  what happened  result      took',
        '  a     Ana signs in   ok        312 ms',
        '  b     silently       FAILED     2.4 s',
        '',
        '  silent sign-in     42 ms',
      ].join('\n'),
    );
  });

  it('leaves out what was not measured', () => {
    expect(formatTable([{ id: 'a', title: 'x', ok: true, ms: 1 }], [['detected', null]])).not.toContain('detected');
  });

  it.each([
    [0.4, '0 ms'],
    [999.4, '999 ms'],
    [1000, '1.0 s'],
    [-2, '-2 ms'],
    [61_250, '61.3 s'],
  ])('writes %d milliseconds as %s', (ms, text) => {
    expect(formatMs(ms)).toBe(text);
  });
});
