import { describe, expect, it } from '@jest/globals';
import { beforeFirst, isContinuous } from './stream-place.js';

const place = { stream: 'S@then', sequence: 7 };
const span = (first: number, last: number, stream = 'S@then') => ({ stream, first, last });

describe('a place in a stream', () => {
  it.each([
    ['all is still there', span(1, 9), true],
    ['what was applied has gone, and nothing else', span(8, 9), true],
    ['all was purged, and all had been applied', span(8, 7), true],
    ['the next message has gone', span(9, 9), false],
    ['all was purged, and one had not been applied', span(9, 8), false],
    ['the stream was made anew', span(1, 9, 'S@now'), false],
    ['the stream was put back to an older state', span(1, 6), false],
  ])('T169 has everything after it or not: %s', (_name, seen, continuous) => {
    expect(isContinuous(place, seen)).toBe(continuous);
  });

  it.each([
    [0, 0],
    [1, 0],
    [9, 8],
  ])('is left before the oldest message after a gap: first %d', (first, sequence) => {
    expect(beforeFirst(span(first, 20))).toBe(sequence);
  });
});
