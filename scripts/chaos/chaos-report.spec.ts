import { describe, expect, it } from '@jest/globals';
import { comparison } from './chaos-report.js';

describe('what a chaos run says of the sessions', () => {
  const seen = (ended: readonly string[], revoked: readonly string[]) =>
    comparison(
      { ended: new Set(ended), revoked: new Set(revoked), events: ended.length, held: 0 },
      new Set(['a', 'b']),
    );

  it('one that ended and is still usable in the service is missed, whatever the hub says', () => {
    expect(seen(['a', 'b'], ['a'])).toMatchObject({ really: 2, missed: 1, invented: 0 });
  });

  it('one that lives and was ended is invented, in the hub or in the service, and counts once', () => {
    expect(seen(['a', 'b', 'c'], ['a', 'b', 'c', 'd'])).toMatchObject({ missed: 0, invented: 2 });
  });

  it('all is well when exactly those that ended are revoked', () => {
    expect(seen(['a', 'b'], ['a', 'b'])).toMatchObject({ missed: 0, invented: 0, endedInHub: 2, events: 2 });
  });
});
