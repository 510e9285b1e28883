import { describe, expect, it } from '@jest/globals';
import {
  type AccessFacts,
  answerSource,
  decideAccess,
  LONGEST_WITHOUT_DATABASE_MS,
  REREAD_MS,
} from './access-decision.js';

const NOW = 1_000_000_000;
const STALENESS = { maxMs: 5_000, failClosedAfterMs: 900_000 };

describe('who may answer', () => {
  it.each([
    ['a feed that was never true', undefined, STALENESS, 'database'],
    ['a feed that is true now', NOW, STALENESS, 'memory'],
    ['a feed that was true just lately enough', NOW - 5_000, STALENESS, 'memory'],
    ['a feed that is a millisecond older', NOW - 5_001, STALENESS, 'database'],
    ['a feed that was true 15 minutes ago', NOW - 900_000, STALENESS, 'database'],
    ['a feed that was true longer ago', NOW - 900_001, STALENESS, 'nowhere'],
    [
      'a feed of last year where nobody ever fails closed',
      0,
      { maxMs: 5_000, failClosedAfterMs: Infinity },
      'database',
    ],
    ['a route that wants the database each time', NOW, { ...STALENESS, maxMs: 0 }, 'database'],
    ['a route that is content with ten minutes', NOW - 600_000, { ...STALENESS, maxMs: 600_000 }, 'memory'],
    ['a clock that was set back', NOW + 60_000, STALENESS, 'database'],
  ])('%s', (_name, trueAsOfMs, staleness, source) => {
    expect(answerSource(trueAsOfMs, NOW, staleness)).toBe(source);
  });
});

const session = (changes: Partial<NonNullable<AccessFacts['remembered']>> = {}) => ({
  remembered: { revoked: false, expiresAtMs: NOW + 1, readAtMs: NOW, ...changes },
});
const old = session({ readAtMs: NOW - REREAD_MS - 1 });
const readTomorrow = session({ readAtMs: NOW + 86_400_000 });
const veryOld = session({ readAtMs: NOW - LONGEST_WITHOUT_DATABASE_MS - 1 });

const CASES: readonly (readonly [name: string, facts: Partial<AccessFacts>, decision: string])[] = [
  ['nothing is remembered', {}, 'ask'],
  ['a usable session is remembered', session(), 'use'],
  ['it was read a minute ago', session({ readAtMs: NOW - REREAD_MS }), 'use'],
  ['it was read longer ago', old, 'ask'],
  ['it was read tomorrow: the clock was set back', readTomorrow, 'ask'],
  ['it expires now', session({ expiresAtMs: NOW }), 'expired'],
  ['it is revoked', session({ revoked: true }), 'ended'],
  ['a mark forbids it, whatever memory says', { ...session(), marked: true }, 'ended'],
  ['a mark forbids what was never seen', { marked: true }, 'ended'],
  ['endings are still to be applied', { ...session(), caughtUp: false }, 'catching-up'],
  ['endings are still to be applied, and it is marked', { marked: true, caughtUp: false }, 'catching-up'],
  ['NATS is away for a while', { ...session(), source: 'database' }, 'ask'],
  ['NATS is away for a while, and it is revoked', { ...session({ revoked: true }), source: 'database' }, 'ended'],
  ['NATS is away for too long', { ...session(), source: 'nowhere' }, 'endings-unknown'],
  ['NATS is away for too long, and a mark forbids it', { marked: true, source: 'nowhere' }, 'ended'],
  ['Postgres is away', { ...session(), databaseAway: true }, 'use'],
  ['Postgres is away, and nothing is remembered', { databaseAway: true }, 'sessions-unknown'],
  ['Postgres is away, and memory would be read again', { ...old, databaseAway: true }, 'use'],
  ['Postgres is away for longer than memory lasts', { ...veryOld, databaseAway: true }, 'sessions-unknown'],
  ['Postgres is away, and it expired meanwhile', { ...session({ expiresAtMs: NOW }), databaseAway: true }, 'expired'],
  ['Postgres is away, and it was read tomorrow', { ...readTomorrow, databaseAway: true }, 'sessions-unknown'],
  ['both are away', { ...session(), source: 'database', databaseAway: true }, 'sessions-unknown'],
  ['both are away for too long', { ...session(), source: 'nowhere', databaseAway: true }, 'endings-unknown'],
  ['both are away, and a mark forbids it', { marked: true, source: 'database', databaseAway: true }, 'ended'],
];

describe('a request', () => {
  it.each(CASES)('is decided: %s', (_name, facts, decision) => {
    const well: AccessFacts = {
      ...{ caughtUp: true, marked: false, remembered: undefined, source: 'memory', nowMs: NOW, databaseAway: false },
      ...facts,
    };
    expect(decideAccess(well)).toBe(decision);
  });
});
