import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseSid, parseSub } from './ids.js';
import { markForbids, markOf, type RevocationMark } from './revocation-mark.js';
import type { SessionEnded } from './session-ended.js';

const SID = parseSid('0197d3c0-0000-7000-8000-000000000001')!;
const ANA = parseSub('ana')!;
const NOW = new Date('2026-08-30T12:00:00Z');
const EVENT: SessionEnded = {
  id: 'e1',
  source: 'urn:sso:gateway',
  iss: 'https://idp.example.com',
  tenant: undefined,
  scope: 'session',
  sid: SID,
  sub: ANA,
  effectiveAt: NOW,
  detectedAt: NOW,
  cause: 'operator',
  causeId: 'c1',
  evidence: { method: 'operator', strength: 'strong', probes: 0 },
  initiatingEntity: 'admin',
};
const OF_PERSON: SessionEnded = { ...EVENT, scope: 'subject', sub: ANA, sid: undefined };
const seconds = (count: number) => new Date(NOW.getTime() + count * 1000);

describe('a revocation mark', () => {
  it('of a session forgives a minute between clocks (EVT-04)', () => {
    expect(markOf(EVENT, EVENT.detectedAt)).toEqual({
      iss: EVENT.iss,
      scope: 'session',
      key: SID,
      endedBefore: seconds(60),
      cause: 'operator',
      eventId: 'e1',
    });
  });

  it('of a person forgives nothing, so that the next sign-in stands', () => {
    expect(markOf(OF_PERSON, OF_PERSON.detectedAt)).toMatchObject({ scope: 'subject', key: 'ana', endedBefore: NOW });
    expect(markForbids(markOf(OF_PERSON, OF_PERSON.detectedAt), seconds(0))).toBe(true);
    expect(markForbids(markOf(OF_PERSON, OF_PERSON.detectedAt), seconds(0.001))).toBe(false);
  });

  it('of an end in the future holds for a minute from now at most (EVT-04)', () => {
    const dated = { ...OF_PERSON, effectiveAt: new Date('2099-01-01T00:00:00Z') };
    expect(markOf(dated, NOW).endedBefore).toEqual(seconds(60));
    expect(markOf({ ...dated, detectedAt: dated.effectiveAt }, NOW).endedBefore).toEqual(seconds(60));
  });

  it('of a session forbids it also where the clock is minutes behind: a sid is never opened again', () => {
    const mark = markOf(EVENT, seconds(-300));
    expect(markForbids(mark, seconds(-1))).toBe(true);
  });

  it('leaves an ending of the past where it was, however late it is heard', () => {
    expect(markOf(OF_PERSON, seconds(1_000_000)).endedBefore).toEqual(NOW);
  });
});

describe('the marks of any events, in any order', () => {
  const events = fc.array(
    fc.record({ ofPerson: fc.boolean(), at: fc.integer({ min: -1_000, max: 1_000 }) }).map(({ ofPerson, at }) => ({
      ...(ofPerson ? OF_PERSON : EVENT),
      effectiveAt: seconds(at),
      detectedAt: seconds(at),
    })),
    { minLength: 1, maxLength: 8 },
  );
  const openings = [-1_100, -500, 0, 500, 1_100].map(seconds);
  const forbidden = (applied: readonly SessionEnded[]) => {
    const kept = keep(applied.map((event) => markOf(event, event.detectedAt)));
    return openings.map((openedAt) => kept.some((mark) => markForbids(mark, openedAt)));
  };

  it('T160 forbid the same sessions, also when some are applied twice', () => {
    const shuffled = events.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 })),
    );
    fc.assert(
      fc.property(shuffled, ([once, again]) => {
        expect(forbidden(again)).toEqual(forbidden(once));
      }),
    );
  });

  it('T035 never forbid a session that was opened after the last end, and always one that was opened before', () => {
    fc.assert(
      fc.property(events, (applied) => {
        const last = Math.max(...applied.map((event) => markOf(event, event.detectedAt).endedBefore.getTime()));
        const kept = keep(applied.map((event) => markOf(event, event.detectedAt)));
        expect(kept.some((mark) => markForbids(mark, new Date(last + 1)))).toBe(false);
        for (const { effectiveAt } of applied) expect(kept.some((mark) => markForbids(mark, effectiveAt))).toBe(true);
      }),
    );
  });
});

/** Keeps what a store keeps: one mark a key, which only ever moves on. */
function keep(marks: readonly RevocationMark[]): readonly RevocationMark[] {
  const kept = new Map<string, RevocationMark>();
  for (const mark of marks) {
    const key = `${mark.scope} ${mark.key}`;
    const before = kept.get(key);
    if (before === undefined || before.endedBefore < mark.endedBefore) kept.set(key, mark);
  }
  return [...kept.values()];
}
