import { describe, expect, it } from '@jest/globals';
import type { SessionState, User } from '#browser';
import { day, money, toInvoice, totalOf } from '../billing/invoice.js';
import { merged, toNote } from '../notes/note.js';
import { bannerOf } from './banner.js';
import { takeEvents } from './event-stream.js';
import { howSilent, inWords, whyEnded } from './words.js';

const NOTHING: SessionState<User> = { status: 'unknown', user: undefined, reason: undefined, silent: undefined };
const ANA: User = { sub: 'person-ana', sid: 's', name: 'Ana', 'bff:session_expires_in': 3_720 };

describe('the banner', () => {
  it.each<[string, Partial<SessionState<User>>, readonly [mood: string, who: string, why: string, silent: string]]>([
    ['nothing is known', {}, ['looking', 'Looking who is signed in…', 'Nothing is shown until that is known.', '']],
    [
      'the IdP is away while nothing is known: nobody is signed out',
      { silent: { outcome: 'unavailable', via: 'frame' } },
      [
        ...(['looking', 'Looking who is signed in…', 'Nothing is shown until that is known.'] as const),
        'The identity provider does not answer. Nothing has changed.',
      ],
    ],
    [
      'silently signed in',
      { status: 'signed_in', user: ANA, silent: { outcome: 'signed_in', via: 'frame', tookMs: 181.6 } },
      [
        ...(['in', 'Signed in as Ana', 'You are signed in. The session ends in 1 h 2 min unless it is used.'] as const),
        'The identity provider knows you: you were signed in without a page. It took 182 ms.',
      ],
    ],
    ['signed out', { status: 'signed_out' }, ['out', 'Nobody is signed in', 'Sign in to go on.', '']],
    [
      'ended',
      { status: 'signed_out', reason: 'operator', silent: { outcome: 'login_required', via: 'redirect' } },
      [
        ...(['ended', 'Your session has ended', 'An operator ended your session. (operator)'] as const),
        'The identity provider does not know you in this browser: sign in with your password.',
      ],
    ],
  ])('says what is so when %s', (_name, state, [mood, who, why, silent]) => {
    expect(bannerOf({ ...NOTHING, ...state })).toEqual({ mood, who, why, silent });
  });

  it.each<[string, Partial<SessionState<User>>, boolean]>([
    ['here, and the page has opened anew', { status: 'signed_out' }, true],
    ['elsewhere', { status: 'signed_out', reason: 'rp_initiated' }, false],
    ['everywhere', { status: 'signed_out', reason: 'user_global_logout' }, false],
  ])('does not say to whom has signed out that they were not recognised: %s', (_name, state, hasSignedOut) => {
    const silent = { outcome: 'login_required', via: 'frame' } as const;
    const { why, silent: how } = bannerOf({ ...NOTHING, ...state, silent }, hasSignedOut);
    expect([why, how]).toEqual([expect.stringMatching(/^You signed out/), '']);
  });

  it('calls a person without a name by what the IdP calls them', () => {
    expect(bannerOf({ ...NOTHING, status: 'signed_in', user: { sub: 'x-1', sid: 's' } }).who).toBe('Signed in as x-1');
  });
});

describe('the words of the pages', () => {
  it('take a cause that they do not know for an ending', () => {
    expect(whyEnded('moon_phase')).toBe('It was ended elsewhere. (moon_phase)');
  });

  it('do not say of a frame that somebody is not signed in', () => {
    expect(howSilent('login_required', 'frame')).toContain('or its cookie is blocked');
    expect(howSilent('whatever', 'frame')).toContain('Nothing has changed');
  });

  it.each([
    [59, '0 min 59 s'],
    [3_599.9, '59 min 59 s'],
    [28_790, '7 h 59 min'],
    [273_600, '3 d 4 h'],
  ])('say %d seconds as %s', (seconds, words) => {
    expect(inWords(seconds)).toBe(words);
  });
});

describe('an event stream that is read by hand', () => {
  it.each([
    ['an event', 'event: due\ndata: {"a":1}\n\n', [['due', '{"a":1}']], ''],
    ['an event of several lines', 'data: a\ndata: b\n\n', [['message', 'a\nb']], ''],
    ['lines that end as on Windows', 'event: x\r\ndata:y\r\n\r\n', [['x', 'y']], ''],
    ['a sign of life', ':\n\n: still here\n\n', [], ''],
    ['half an event', 'data: a\n\nevent: du', [['message', 'a']], 'event: du'],
    ['nothing', '', [], ''],
  ] as const)('gives %s', (_name, text, events, rest) => {
    const taken = takeEvents(text);
    expect(taken.events.map(({ name, text: content }) => [name, content])).toEqual(events);
    expect(taken.rest).toBe(rest);
  });
});

describe('what services give', () => {
  const note = (id: string, createdAt: string) => ({ id, text: `of ${id}`, createdAt });

  it('is put together, newest first, and nothing stands twice', () => {
    const [a, b, c] = [note('a', '2026-01-01'), note('b', '2026-01-02'), note('c', '2026-01-03')];
    expect(merged([b, a], [c, b]).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  });

  it.each([[null], ['a'], [{}], [{ id: 'a', text: 'b', createdAt: 'never' }]])('is no note: %j', (from) => {
    expect(toNote(from)).toBeUndefined();
  });

  const invoice = (more: object) => ({
    number: '1',
    description: 'x',
    currency: 'EUR',
    amountCents: 1,
    dueOn: '2026-12-01',
    ...more,
  });
  it.each([{ currency: 'euro' }, { amountCents: 'much' }, { amountCents: 1.5 }, { dueOn: 'soon' }])(
    'is no invoice with %j',
    (more) => {
      expect(toInvoice(invoice(more))).toBeUndefined();
    },
  );

  it('is added up by currency', () => {
    const of = (currency: string, amountCents: number) => toInvoice(invoice({ currency, amountCents })) ?? [];
    expect(totalOf([of('EUR', 1_900), of('GBP', 250), of('EUR', -320)].flat())).toBe('€15.80 + £2.50');
    expect([money(1_900, 'EUR'), day('2026-12-01'), totalOf([])]).toEqual(['€19.00', '1 Dec 2026', '–']);
  });
});
