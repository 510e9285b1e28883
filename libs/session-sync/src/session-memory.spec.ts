import { describe, expect, it } from '@jest/globals';
import { type AppSession, parseSid, parseSub, type RevocationMark } from '#session';
import { MARK_KEPT_MS, SessionMemory } from './session-memory.js';

const ISS = 'https://idp.example.com';
const at = (ms: number) => new Date(1_000_000_000 + ms);
const sidOf = (n: number) => parseSid(`00000000-0000-7000-8000-${String(n).padStart(12, '0')}`)!;
const sessionOf = (n: number, changes: Partial<AppSession> = {}): AppSession => ({
  ...{ iss: ISS, sid: sidOf(n), sub: parseSub('ana')!, openedAt: at(0), expiresAt: at(1e9), revoked: undefined },
  ...changes,
});
const markOn = (n: number, changes: Partial<RevocationMark> = {}): RevocationMark => ({
  ...{ iss: ISS, scope: 'session', key: sidOf(n), endedBefore: at(10), cause: 'operator', eventId: `e${n}` },
  ...changes,
});
const personMark = (changes: Partial<RevocationMark> = {}) => markOn(0, { scope: 'subject', key: 'ana', ...changes });

describe('what a replica remembers', () => {
  it.each([
    ['a mark of the session', markOn(1), {}, true],
    ['a mark of the person', personMark(), {}, true],
    ['a mark of another session', markOn(2), {}, false],
    ['a mark of another person', personMark({ key: 'bea' }), {}, false],
    ['a mark of another issuer', markOn(1, { iss: 'https://other.example' }), {}, false],
    ['a mark of the very moment of the opening', markOn(1), { openedAt: at(10) }, true],
    ['a mark of before the opening', markOn(1), { openedAt: at(11) }, false],
    ['a mark of a person whose name looks like a key', personMark({ key: `${ISS} ${sidOf(1)}` }), {}, false],
  ])('%s', (_name, mark, changes, forbidden) => {
    const memory = new SessionMemory();
    memory.hear(mark, 0);
    expect(memory.markOn(sessionOf(1, changes)) !== undefined).toBe(forbidden);
  });

  it('knows a mark that it has heard, and keeps the later end of two', () => {
    const memory = new SessionMemory();
    expect([memory.hear(markOn(1), 0), memory.hear(markOn(1), 1)]).toEqual([true, false]);
    expect(memory.hear(markOn(1, { endedBefore: at(5), eventId: 'earlier, told late' }), 2)).toBe(true);
    expect(memory.markOn(sessionOf(1, { openedAt: at(9) }))).toBeDefined();
    memory.hear(markOn(1, { endedBefore: at(20), eventId: 'later' }), 3);
    expect(memory.markOn(sessionOf(1, { openedAt: at(15) }))).toBeDefined();
  });

  it('keeps a mark for an hour from when it was heard last', () => {
    const memory = new SessionMemory();
    memory.hear(markOn(1), 0);
    memory.hear(markOn(2), 1);
    memory.hear(markOn(1), 2);
    memory.hear(markOn(3), MARK_KEPT_MS + 2);
    expect([1, 2, 3].map((n) => memory.markOn(sessionOf(n)) !== undefined)).toEqual([true, false, true]);
  });

  it('forgets the answer that is oldest when there is one more than it holds', () => {
    const memory = new SessionMemory({ sessions: 2, marks: 2 });
    for (const n of [1, 2]) memory.keep(sessionOf(n), 0);
    memory.keep(sessionOf(1), 1); // read again
    memory.keep(sessionOf(3), 2);
    expect([1, 2, 3].map((n) => memory.find(ISS, sidOf(n)) !== undefined)).toEqual([true, false, true]);
  });

  it('forgets every answer before it forgets a mark that is still needed', () => {
    const memory = new SessionMemory({ sessions: 10, marks: 2 });
    memory.keep(sessionOf(9), 0);
    const { epoch } = memory;
    for (const n of [1, 2]) memory.hear(markOn(n), 0);
    expect(memory.find(ISS, sidOf(9))).toBeDefined();
    memory.hear(markOn(3), 0);
    expect(memory.find(ISS, sidOf(9))).toBeUndefined();
    expect(memory.epoch).toBeGreaterThan(epoch);
    expect([2, 3].map((n) => memory.markOn(sessionOf(n)) !== undefined)).toEqual([true, true]);
  });

  it('holds 100,000 marks and as many answers and no more, and a flood of marks empties it seldom', () => {
    const memory = new SessionMemory();
    for (let n = 0; n < 150_000; n += 1) {
      memory.keep(sessionOf(n), 0);
      memory.hear(markOn(n), 0);
    }
    const { sessions, marks } = memory.size;
    expect([sessions <= 100_000, marks <= 100_000, marks >= 90_000]).toEqual([true, true, true]);
    expect(memory.epoch).toBeLessThanOrEqual(6);
  });
});
