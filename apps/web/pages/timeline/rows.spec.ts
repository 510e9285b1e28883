import { describe, expect, it } from '@jest/globals';
import type { TimelineEntry } from '../../src/timeline/timeline-entry.js';
import { isWished, ownersOf } from './filter.js';
import { rowsOf, stampOf } from './rows.js';
import { entryInWords, isService, probesInWords, stoppedInWords } from './sentences.js';
import { waterfallOf } from './waterfall.js';

type Bare = TimelineEntry extends infer E ? (E extends TimelineEntry ? Omit<E, 'id' | 'at'> : never) : never;

/** Gives entries ids, and times 10 ms apart. */
const told = (...entries: readonly Bare[]): readonly TimelineEntry[] =>
  entries.map((entry, index) => ({ ...entry, id: index, at: new Date(index * 10).toISOString() }));

const ANA = { sid: 'a', sub: 'person-ana' } as const;
const BEN = { sid: 'b', sub: 'person-ben' } as const;
const active = (whose: typeof ANA | typeof BEN) => ({ kind: 'probe', verdict: 'active', ...whose }) as const;
const ended = (eventId: string, whose: typeof ANA | typeof BEN = ANA) =>
  ({ kind: 'ended', ...whose, cause: 'operator', eventId }) as const;
const published = (eventId: string) => ({ kind: 'published', sid: 'a', eventId, tookMs: 3 }) as const;
const receipt = (eventId: string, service: string, tookMs: number, sessions = 1) =>
  ({ kind: 'receipt', sid: 'a', eventId, service, sessions, tookMs }) as const;
const left = { kind: 'shown', frontEnd: 'notes', status: 'signed_out', sid: 'a', reason: 'operator' } as const;
const stopped = { kind: 'panel', deed: 'service_stopped', what: 'billing' } as const;

const counts = (entries: readonly TimelineEntry[]) =>
  rowsOf(entries).map((row) => (row.kind === 'probes' ? `${row.last.sub} ${row.last.verdict} ${row.count}` : row.kind));

describe('the lines of the timeline', () => {
  it('fold repeated answers about a session into one, also when those about others stand between', () => {
    expect(counts(told(active(ANA), active(BEN), active(ANA), active(BEN), active(ANA)))).toEqual([
      'person-ana active 3',
      'person-ben active 2',
    ]);
  });

  it('begin a new fold after anything else', () => {
    expect(counts(told(active(ANA), active(ANA), stopped, active(ANA)))).toEqual([
      'person-ana active 2',
      'entry',
      'person-ana active 1',
    ]);
  });

  it('never fold another answer in: unknown, then active again, are three lines', () => {
    const unknown = { ...active(ANA), verdict: 'unknown', reason: 'timeout' } as const;
    expect(counts(told(active(ANA), unknown, unknown, active(ANA)))).toEqual([
      'person-ana active 1',
      'person-ana unknown 2',
      'person-ana active 1',
    ]);
  });

  it('never fold endings', () => {
    const gone = { ...active(ANA), verdict: 'ended' } as const;
    expect(counts(told(gone, gone))).toEqual(['person-ana ended 1', 'person-ana ended 1']);
  });

  it('name the services that have not answered yet: those that have answered for another ending', () => {
    const both = [ended('1'), receipt('1', 'notes', 9), receipt('1', 'billing', 5)];
    const before = rowsOf(told(...both, ended('2', BEN), receipt('2', 'notes', 4)));
    const after = rowsOf(told(...both, ended('2', BEN), receipt('2', 'notes', 4), receipt('2', 'billing', 6_000)));
    expect([before[1], after[1]]).toMatchObject([{ missing: ['billing'] }, { missing: [] }]);
    expect(before[0]).toMatchObject({ missing: [] });
    expect(stampOf(before[1]!)).not.toBe(stampOf(after[1]!));
  });

  it('keep what follows from an ending with it, whenever it comes', () => {
    const rows = rowsOf(told(ended('1'), ended('2', BEN), published('1'), active(BEN), receipt('1', 'notes', 9), left));
    expect(rows.map(({ kind }) => kind)).toEqual(['ending', 'ending', 'probes']);
    expect(rows[0]).toMatchObject({
      published: { tookMs: 3 },
      receipts: [{ service: 'notes' }],
      shown: [{ sid: 'a' }],
    });
    expect(rows[1]).toMatchObject({ receipts: [], shown: [] });
  });

  it('stand in the order of their time, and a page that was faster than the database stands with its ending', () => {
    const [end, page, probe] = told(ended('1'), left, active(BEN));
    const rows = rowsOf([probe!, page!, end!]);
    expect(rows.map(({ kind }) => kind)).toEqual(['ending', 'probes']);
    expect(rows[0]).toMatchObject({ shown: [{ frontEnd: 'notes' }] });
  });

  it('show a receipt by itself when its ending is not known', () => {
    const [row] = rowsOf(told(receipt('9', 'notes', 9)));
    expect(row?.kind === 'entry' && entryInWords(row.entry)).toBe('notes revoked 1 session, 9 ms after publication');
  });

  it('say the same words of a line that has not changed', () => {
    const before = rowsOf(told(active(ANA), ended('1'), published('1')));
    const after = rowsOf(told(active(ANA), ended('1'), published('1'), receipt('1', 'notes', 9)));
    expect(before.map(stampOf)).toEqual(['1', '1 0 0 ']);
    expect(after.map(stampOf)).toEqual(['1', '1 1 0 ']);
    expect(after.map(({ key }) => key)).toEqual(before.map(({ key }) => key));
  });
});

describe('an ending', () => {
  const waterfall = (...entries: readonly Bare[]) => {
    const row = rowsOf(told(...entries))[0];
    if (row?.kind !== 'ending') throw new Error('no ending');
    return waterfallOf(row);
  };

  it('is laid out from itself on: receipts are measured from the publication', () => {
    const { bars, totalMs } = waterfall(
      ended('1'),
      receipt('1', 'billing', 20, 2),
      published('1'),
      receipt('1', 'notes', 9),
    );
    expect(bars.map(({ label, fromMs, toMs }) => [label, fromMs, toMs])).toEqual([
      ['Event on NATS', 0, 3],
      ['notes revoked 1 session', 3, 12],
      ['billing revoked 2 sessions', 3, 23],
    ]);
    expect(totalMs).toBe(23);
  });

  it('has no total before a receipt', () => {
    expect(waterfall(ended('1'), published('1')).totalMs).toBeUndefined();
  });

  it('shows when a page has shown it, which is no part of the total', () => {
    const { bars, totalMs, scaleMs } = waterfall(ended('1'), published('1'), receipt('1', 'notes', 1), left);
    expect(bars.at(-1)).toEqual({ kind: 'page', label: 'Notes page shows it', fromMs: 0, toMs: 30 });
    expect([totalMs, scaleMs]).toEqual([4, 30]);
  });
});

describe('the pages of one front end', () => {
  it('are one bar of an ending, until the last of them', () => {
    const row = rowsOf(told(ended('1'), left, { ...left, frontEnd: 'billing' }, left))[0];
    expect(row?.kind === 'ending' && waterfallOf(row).bars.map(({ label, toMs }) => [label, toMs])).toEqual([
      ['2 Notes pages show it', 30],
      ['Billing page shows it', 20],
    ]);
  });
});

describe('the filter of the timeline', () => {
  const entries = told(active(ANA), active(BEN), { ...left, sid: 'b' }, stopped);
  const kinds = (hidden: readonly 'poller'[], sub: string) =>
    rowsOf(entries)
      .filter((row) => isWished(row, { hidden: new Set(hidden), sub }, ownersOf(entries)))
      .map((row) => (row.kind === 'entry' ? row.entry.kind : row.kind));

  it.each([
    [[], '', ['probes', 'probes', 'shown', 'panel']],
    [['poller'], '', ['shown', 'panel']],
    [[], 'person-ben', ['probes', 'shown']],
  ] as const)('without %j, of %j', (hidden, sub, seen) => {
    expect(kinds(hidden, sub)).toEqual(seen);
  });
});

describe('the words of the timeline', () => {
  it.each([
    [{ kind: 'opened', ...ANA, frontEnd: 'billing' }, 'Ana was signed in at Billing'],
    [
      { kind: 'silent', frontEnd: 'billing', outcome: 'signed_in', via: 'frame', tookMs: 182 },
      'Billing tried a silent sign-in by frame: signed in, without a page',
    ],
    [left, 'Notes page shows that the session has ended: operator'],
    [stopped, 'Billing was stopped by hand'],
    [{ ...stopped, what: 'idp' }, 'IdP was stopped by hand'],
    [
      { kind: 'panel', deed: 'session_ended', what: 'person-ana', push: true },
      'A session at the IdP was ended by hand: Ana, and the apps are told',
    ],
    [
      { kind: 'panel', deed: 'session_ended', what: 'person-ana', push: false },
      'A session at the IdP was ended by hand: Ana, and nobody is told',
    ],
    [published('1'), 'Event on NATS after 3 ms'],
    [receipt('1', 'notes', 1_204, 0), 'notes revoked 0 sessions, 1.20 s after publication'],
  ] as const)('%j', (entry, words) => {
    const row = rowsOf(told(entry))[0];
    expect(row?.kind === 'entry' && entryInWords(row.entry)).toBe(words);
  });

  it.each([
    ['billing', true, 'Billing is stopped. Endings wait for it.'],
    ['idp', false, 'IdP is stopped. Nobody is signed out because of that, and nobody can sign in.'],
    ['gateway', false, 'Gateway is stopped. No page has an answer, and nobody is signed out.'],
    [
      'session-poller',
      false,
      'Session-poller is stopped. Only a push or a sign-out tells of endings now, and services hear of them when it is back.',
    ],
  ])('say what is true when %s is stopped', (name, hearsOfEndings, words) => {
    expect([isService(name), stoppedInWords(name)]).toEqual([hearsOfEndings, words]);
  });

  it.each([
    ['active', undefined, 'Poller asked the IdP about Ana: still signed in'],
    ['ended', undefined, 'Poller asked the IdP about Ana: the session there has ended'],
    ['ended', 'weak', 'Poller asked the IdP about Ana: the session there seems to have ended, so it asks once more'],
    ['unknown', 'timeout', 'Poller asked the IdP about Ana: no answer that counts (timeout), so nothing changes'],
  ] as const)('an answer %s', (verdict, reason, words) => {
    const [row] = rowsOf(told({ ...ANA, kind: 'probe', verdict, ...(reason === undefined ? {} : { reason }) }));
    expect(row?.kind === 'probes' && probesInWords(row)).toBe(words);
  });
});
