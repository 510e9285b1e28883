import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { end, type Known, learn, learnTold, NOTHING, type Settled, shown } from './known.js';

const signedIn = (sid: string): Settled => ({ kind: 'in', user: { sub: 'ana', sid } });
const nobody: Settled = { kind: 'out' };
const over: Settled = { kind: 'out', reason: 'expired' };

/** Something that a tab hears. */
type Heard =
  | { readonly kind: 'answer' | 'told'; readonly answer: Settled; readonly late: number }
  | { readonly kind: 'end'; readonly sid: string };

/** `late` says by how many changes an answer is older than what is known. */
function hear(known: Known, heard: Heard): Known {
  if (heard.kind === 'end') return end(known, heard.sid, 'expired');
  const askedAt = known.epoch - heard.late;
  if (heard.kind === 'answer') return learn(known, heard.answer, askedAt);
  return learnTold(known, heard.answer, askedAt) ?? known;
}

const sid = fc.constantFrom('s1', 's2', 's3');
const answer = fc.oneof(sid.map(signedIn), fc.constantFrom(nobody, over));
const late = fc.constantFrom(0, 0, 0, -1, 1, 2);
const answers = fc.record({ kind: fc.constantFrom('answer' as const, 'told' as const), answer, late });
const ends = fc.record({ kind: fc.constant('end' as const), sid });

describe('what a tab knows of its session', () => {
  it.each<[string, readonly Heard[], string, string | undefined]>([
    ['nothing', [], 'unknown', undefined],
    ['only an ending', [{ kind: 'end', sid: 's1' }], 'unknown', undefined],
    ['an answer', [{ kind: 'answer', answer: signedIn('s1'), late: 0 }], 'signed_in', undefined],
    ['nobody', [{ kind: 'answer', answer: nobody, late: 0 }], 'signed_out', undefined],
    ['an ended session', [{ kind: 'answer', answer: over, late: 0 }], 'signed_out', 'expired'],
    [
      'an answer, then its ending',
      [
        { kind: 'answer', answer: signedIn('s1'), late: 0 },
        { kind: 'end', sid: 's1' },
      ],
      'signed_out',
      'expired',
    ],
    [
      'an ending, then a late answer',
      [
        { kind: 'end', sid: 's1' },
        { kind: 'answer', answer: signedIn('s1'), late: 0 },
      ],
      'signed_out',
      'expired',
    ],
    [
      'an ending of another session',
      [
        { kind: 'answer', answer: signedIn('s1'), late: 0 },
        { kind: 'end', sid: 's2' },
      ],
      'signed_in',
      undefined,
    ],
    [
      'an answer that was asked for before the latest change',
      [
        { kind: 'answer', answer: signedIn('s1'), late: 0 },
        { kind: 'answer', answer: nobody, late: 1 },
      ],
      'signed_in',
      undefined,
    ],
    [
      'why it ended is kept when the cookie has gone too',
      [
        { kind: 'answer', answer: signedIn('s1'), late: 0 },
        { kind: 'end', sid: 's1' },
        { kind: 'answer', answer: nobody, late: 0 },
      ],
      'signed_out',
      'expired',
    ],
    [
      'the same session again after the cookie was lost: that has ended nothing',
      [
        { kind: 'answer', answer: signedIn('s1'), late: 0 },
        { kind: 'answer', answer: nobody, late: 0 },
        { kind: 'told', answer: signedIn('s1'), late: 0 },
      ],
      'signed_in',
      undefined,
    ],
  ])('%s', (_, all, status, reason) => {
    expect(shown(all.reduce(hear, NOTHING))).toMatchObject({ status, reason });
  });

  it('never shows a session as signed in that it knows to have ended, whatever comes in whatever order', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(answers, ends), { maxLength: 30 }), (all) => {
        const ended = new Set<string>();
        let known = NOTHING;
        for (const heard of all) {
          known = hear(known, heard);
          if (heard.kind === 'end') ended.add(heard.sid);
          const { status, user } = shown(known);
          expect(status === 'signed_in').toBe(user !== undefined);
          expect(ended.has(user?.sid ?? '')).toBe(false);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('shows the same in the end, wherever among the answers the endings are heard', () => {
    const own = answers.map((heard) => ({ ...heard, kind: 'answer' as const }));
    const places = fc.array(fc.tuple(ends, fc.nat(20), fc.nat(20)), { maxLength: 8 });
    fc.assert(
      fc.property(fc.array(own, { maxLength: 20 }), places, (all, endings) => {
        const mix = (place: 1 | 2) =>
          all
            .map((heard, index): readonly [number, Heard] => [index, heard])
            .concat(endings.map((ending) => [Math.min(ending[place], all.length) - 0.5, ending[0]]))
            .toSorted(([a], [b]) => a - b)
            .map(([, heard]) => heard);
        const [first, second] = [mix(1).reduce(hear, NOTHING), mix(2).reduce(hear, NOTHING)];
        expect([shown(first), first.epoch]).toEqual([shown(second), second.epoch]);
      }),
      { numRuns: 1000 },
    );
  });

  it('has the gateway asked, and changes nothing, when another tab knows otherwise and one of them is late', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(answers, ends), { maxLength: 20 }), answer, late, (all, told, age) => {
        const known = all.reduce(hear, NOTHING);
        const next = learnTold(known, told, known.epoch - age);
        const isLate = age > 0 || (told.kind === 'in' && known.ended.has(told.user.sid));
        const sidTold = told.kind === 'in' ? told.user.sid : undefined;
        if (isLate) expect(next).toBe(sidTold === known.user?.sid ? known : undefined);
        else expect(next?.user?.sid).toBe(sidTold);
      }),
    );
  });

  it('remembers a few endings, the latest', () => {
    const sids = Array.from({ length: 40 }, (_, index) => `s${index}`);
    const { ended } = sids.reduce((known, one) => end(known, one, undefined), NOTHING);
    expect([...ended.keys()]).toEqual(sids.slice(-16));
  });
});
