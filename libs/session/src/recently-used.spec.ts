import { describe, expect, it } from '@jest/globals';
import { RecentlyUsed } from './recently-used.js';

describe('a memory of what was used recently', () => {
  it('forgets what was used longest ago, and says what', () => {
    const memory = new RecentlyUsed<number>(2);
    memory.set('a', 1);
    memory.set('b', 2);
    expect(memory.get('a')).toBe(1); // b is the older one now
    expect(memory.set('c', 3)).toBe(2);
    expect([memory.get('a'), memory.get('b'), memory.get('c'), memory.size]).toEqual([1, undefined, 3, 2]);
  });

  it('has one entry for each key', () => {
    const memory = new RecentlyUsed<number>(2);
    expect([memory.set('a', 1), memory.set('a', 2), memory.size, memory.get('a')]).toEqual([
      undefined,
      undefined,
      1,
      2,
    ]);
  });

  it('remembers nothing with a limit of 0', () => {
    const memory = new RecentlyUsed<number>(0);
    expect([memory.set('a', 1), memory.get('a'), memory.size]).toEqual([1, undefined, 0]);
  });

  it('forgets what it is told to', () => {
    const memory = new RecentlyUsed<number>(2);
    memory.set('a', 1);
    memory.set('b', 2);
    expect([memory.take('a'), memory.take('a'), memory.size]).toEqual([1, undefined, 1]);
    memory.clear();
    expect(memory.size).toBe(0);
  });
});
