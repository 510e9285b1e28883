import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { again, atOnce } from './again.js';

describe('what is tried again and again', () => {
  let stop: AbortController;
  let tries: number[];
  beforeEach(() => {
    jest.useFakeTimers();
    [stop, tries] = [new AbortController(), []];
  });
  afterEach(() => {
    stop.abort();
    jest.useRealTimers();
  });
  const start = (works: boolean) => {
    void again(stop.signal, () => {
      tries.push(Date.now());
      return Promise.resolve(works);
    });
  };

  it('is tried at least every five seconds, however long it has failed', async () => {
    start(false);
    await jest.advanceTimersByTimeAsync(120_000);
    const pauses = tries.slice(1).map((at, index) => at - tries[index]!);
    expect(pauses.length).toBeGreaterThan(20);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(5_000);
  });

  it('is tried at once when somebody wants to know, and not twice at a time', async () => {
    start(false);
    await jest.advanceTimersByTimeAsync(60_000);
    const before = tries.length;
    atOnce();
    atOnce();
    await jest.advanceTimersByTimeAsync(0);
    expect(tries).toHaveLength(before + 1);
  });

  it('ends in the middle of a pause, without another try', async () => {
    start(true);
    await jest.advanceTimersByTimeAsync(0);
    stop.abort();
    atOnce();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(tries).toHaveLength(1);
  });
});
