import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { entriesOf, type NewEntry } from './entries-of.js';
import { type EndingRow, type HubRows, MOST_ROWS, NO_ROWS, type SessionRow } from './hub-rows.js';

const at = (ms: number) => new Date(Date.UTC(2026, 0, 1) + ms);
const names = (origin: string) => (origin === 'http://a.test' ? 'notes' : origin);
const news = (before: Partial<HubRows>, now: Partial<HubRows>) =>
  entriesOf({ ...NO_ROWS, ...before }, { ...NO_ROWS, ...now }, names);
const kindsOf = (entries: readonly NewEntry[]) => entries.map(({ kind }) => kind);

const SESSION: SessionRow = {
  ...{ sid: 's1', sub: 'ana', openedAt: at(0), tokensSince: at(0), idpCheckedAt: at(0) },
  ...{ weakEndedAt: null, unknownSince: null, unknownReason: null },
};
const ENDING: EndingRow = { eventId: 'e1', sid: 's1', sub: 'ana', cause: 'rp_initiated', at: at(9), publishedAt: null };
const RECEIPT = { eventId: 'e1', sid: 's1', service: 'notes', sessions: 2, at: at(30), publishedAt: at(20) };

describe('what has happened between two looks', () => {
  it('is a sign-in for each browser at each front end', () => {
    const signIn = { sid: 's1', sub: 'ana', frontEnd: 'http://a.test', at: at(1) };
    const other = { ...signIn, frontEnd: 'http://elsewhere.test' };
    expect(news({}, { signIns: [signIn] })).toEqual([
      { kind: 'opened', at: '2026-01-01T00:00:00.001Z', sid: 's1', sub: 'ana', frontEnd: 'notes' },
    ]);
    expect(news({ signIns: [signIn] }, { signIns: [other, signIn] })).toMatchObject([{ frontEnd: other.frontEnd }]);
  });

  it.each<[string, Partial<SessionRow>, readonly unknown[]]>([
    ['nothing, when nothing has changed', {}, []],
    ['active', { idpCheckedAt: at(5) }, [{ verdict: 'active', at: at(5).toISOString() }]],
    ['nothing, when a sign-in has confirmed it', { idpCheckedAt: at(5), tokensSince: at(5) }, []],
    ['nothing, when its tokens were exchanged', { tokensSince: at(5) }, []],
    [
      'ended, not yet believed',
      { weakEndedAt: at(5) },
      [{ verdict: 'ended', reason: 'weak', at: at(5).toISOString() }],
    ],
    [
      'unknown, with the reason',
      { unknownSince: at(5), unknownReason: 'timeout' },
      [{ verdict: 'unknown', reason: 'timeout', at: at(5).toISOString() }],
    ],
  ])('is of a probe: %s', (_name, change, expected) => {
    expect(news({ sessions: [SESSION] }, { sessions: [{ ...SESSION, ...change }] })).toMatchObject(expected);
    expect(news({}, { sessions: [{ ...SESSION, ...change }] })).toMatchObject(expected);
  });

  it('is no probe when what spoke against a session is taken back', () => {
    const doubted = { ...SESSION, weakEndedAt: at(5), unknownSince: at(6) };
    expect(news({ sessions: [doubted] }, { sessions: [SESSION] })).toEqual([]);
  });

  it('is an ending, its publication and its receipts, in this order though all came at once', () => {
    const ending = { ...ENDING, publishedAt: at(9) };
    const receipt = { ...RECEIPT, at: at(9), publishedAt: at(9) };
    expect(kindsOf(news({}, { receipts: [receipt], endings: [ending] }))).toEqual(['ended', 'published', 'receipt']);
  });

  it('says how long each step took', () => {
    const entries = news({ endings: [ENDING] }, { endings: [{ ...ENDING, publishedAt: at(20) }], receipts: [RECEIPT] });
    expect(entries).toMatchObject([
      { kind: 'published', tookMs: 11, at: at(20).toISOString() },
      { kind: 'receipt', tookMs: 10, at: at(30).toISOString(), sessions: 2 },
    ]);
    const early = { ...RECEIPT, at: at(19) };
    expect(news({ endings: [ENDING] }, { endings: [ENDING], receipts: [early] })).toMatchObject([{ tookMs: 0 }]);
  });

  it('lets a receipt wait until its event is known to be published', () => {
    const waiting = { endings: [ENDING], receipts: [{ ...RECEIPT, publishedAt: null }] };
    expect(news({ endings: [ENDING] }, waiting)).toEqual([]);
    const known = { endings: [{ ...ENDING, publishedAt: at(20) }], receipts: [RECEIPT] };
    expect(kindsOf(news(waiting, known))).toEqual(['published', 'receipt']);
  });

  it('names the probe that has found an ending', () => {
    const found = { ...ENDING, cause: 'poll_session_ended' };
    expect(news({}, { endings: [found] })).toMatchObject([
      { kind: 'probe', verdict: 'ended', at: at(9).toISOString() },
      { kind: 'ended', cause: 'poll_session_ended' },
    ]);
  });

  it('is nothing when old rows come back because newer ones were removed', () => {
    const signIns = Array.from({ length: MOST_ROWS }, (_, n) => ({
      ...{ sid: `s${n}`, sub: 'ana', frontEnd: 'http://a.test', at: at(10_000 - n) },
    }));
    const old = { ...signIns[0]!, sid: 'old', at: at(1) };
    expect(news({ signIns }, { signIns: [...signIns.slice(1), old] })).toEqual([]);
    const endings = signIns.map((row) => ({ ...ENDING, ...row, eventId: row.sid, publishedAt: row.at }));
    const oldEnding = { ...endings[0]!, eventId: 'old', at: at(1), publishedAt: at(1) };
    const receipts = [{ ...RECEIPT, eventId: 'old' }];
    expect(news({ endings }, { endings: [...endings.slice(1), oldEnding], receipts })).toEqual([]);
    const sessions = signIns.map((_, n) => ({ ...SESSION, sid: String(9_000 - n) }));
    const oldSession = { ...SESSION, sid: '1', idpCheckedAt: at(5) };
    expect(news({ sessions }, { sessions: [...sessions.slice(1), oldSession] })).toEqual([]);
  });

  it('is told once each and never left out, whenever one looks', () => {
    const step = fc.record({
      kind: fc.constantFrom('sign-in', 'probe', 'end', 'publish', 'receipt'),
      look: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = new World();
        let seen = NO_ROWS;
        const told: NewEntry[] = [];
        for (const [index, { kind, look }] of [...steps, { kind: 'none', look: true }].entries()) {
          world.play(kind, at(index + 1));
          if (!look) continue;
          told.push(...entriesOf(seen, world.rows, names));
          seen = world.rows;
        }
        const keys = told.filter(({ kind }) => kind !== 'probe').map((entry) => JSON.stringify(entry));
        expect(new Set(keys).size).toBe(keys.length);
        expect([...keys].sort()).toEqual([...world.expected].sort());
      }),
      { numRuns: 300 },
    );
  });
});

/** A small hub, and what must be told of it. */
class World {
  rows: HubRows = NO_ROWS;
  readonly expected: string[] = [];

  play(kind: string, now: Date): void {
    const { signIns, endings, receipts, sessions } = this.rows;
    const note = (entry: NewEntry) => this.expected.push(JSON.stringify(entry));
    const iso = now.toISOString();
    const open = endings.find(({ publishedAt }) => publishedAt === null);
    const done = endings.find(
      ({ eventId, publishedAt }) => publishedAt !== null && !receipts.some((r) => r.eventId === eventId),
    );
    if (kind === 'sign-in') {
      this.rows = {
        ...this.rows,
        signIns: [{ sid: 's1', sub: 'ana', frontEnd: 'http://a.test', at: now }, ...signIns],
      };
      note({ kind: 'opened', at: iso, sid: 's1', sub: 'ana', frontEnd: 'notes' });
    } else if (kind === 'probe') {
      this.rows = { ...this.rows, sessions: [{ ...(sessions[0] ?? SESSION), idpCheckedAt: now }] };
    } else if (kind === 'end') {
      this.rows = { ...this.rows, endings: [{ ...ENDING, eventId: iso, at: now }, ...endings] };
      note({ kind: 'ended', at: iso, sid: 's1', sub: 'ana', cause: 'rp_initiated', eventId: iso });
    } else if (kind === 'publish' && open !== undefined) {
      this.rows = { ...this.rows, endings: endings.map((row) => (row === open ? { ...row, publishedAt: now } : row)) };
      note({ kind: 'published', at: iso, sid: 's1', eventId: open.eventId, tookMs: now.getTime() - open.at.getTime() });
    } else if (kind === 'receipt' && done?.publishedAt != null) {
      const { eventId, publishedAt } = done;
      const receipt = { eventId, sid: 's1', service: 'notes', sessions: 1, at: now, publishedAt };
      this.rows = { ...this.rows, receipts: [receipt, ...receipts] };
      const tookMs = now.getTime() - publishedAt.getTime();
      note({ kind: 'receipt', at: iso, sid: 's1', eventId, service: 'notes', sessions: 1, tookMs });
    }
  }
}
