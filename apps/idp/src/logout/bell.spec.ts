import { describe, expect, it } from '@jest/globals';
import { Bell } from './bell.js';

const AGES_MS = 60_000;
const never = new AbortController().signal;

describe('a bell', () => {
  it('wakes everybody who rests', async () => {
    const bell = new Bell();
    const rests = [bell.rest(0, AGES_MS, never), bell.rest(0, AGES_MS, never)];
    bell.ring();
    await expect(Promise.all(rests)).resolves.toHaveLength(2);
  });

  it('lets nobody rest who has not heard of the last ring', async () => {
    const bell = new Bell();
    const heard = bell.rings;
    bell.ring();
    await expect(bell.rest(heard, AGES_MS, never)).resolves.toBeUndefined();
  });

  it('is not waited for when the time or the work is over', async () => {
    const bell = new Bell();
    await bell.rest(0, 1, never);
    await bell.rest(0, AGES_MS, AbortSignal.abort());
    const stop = new AbortController();
    const rest = bell.rest(0, AGES_MS, stop.signal);
    stop.abort();
    await expect(rest).resolves.toBeUndefined();
  });
});
