import { describe, expect, it } from '@jest/globals';
import { changesOf, noteAuthorizations } from './session-changes.js';

const A = { sid: '1', grantId: 'g1' };
const B = { sid: '2', grantId: 'g2' };

describe('what a request has done to the clients of a session', () => {
  it('is nothing for those that it only read', () => {
    expect(changesOf(noteAuthorizations({ a: A }))).toEqual({ changed: {}, removed: [] });
  });

  it('is what it added, altered and took out', () => {
    const held: Record<string, object> = noteAuthorizations({ a: { ...A }, b: B, c: {} });
    Object.assign(held.a!, { grantId: 'g9' });
    held.d = B;
    delete held.b;
    expect(changesOf(held)).toEqual({ changed: { a: { sid: '1', grantId: 'g9' }, d: B }, removed: ['b'] });
  });

  it('is all of a session that was not read', () => {
    expect(changesOf({ a: A })).toEqual({ changed: { a: A }, removed: [] });
    expect(changesOf(undefined)).toEqual({ changed: {}, removed: [] });
  });
});
