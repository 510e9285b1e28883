import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import {
  type AppSession,
  AppSessions,
  Clock,
  decodeEndedQuestion,
  encodeEndedAnswer,
  type LivingSessions,
  OwedRounds,
  parseSid,
  type SessionEnded,
  type Sid,
} from '#session';
import { until } from '../../../test/support/until.js';
import { type Ask, Reconcile } from './reconcile.js';

Logger.overrideLogger(false);

const ISS = 'https://idp.example';
const sidOf = (n: number): Sid => parseSid(`0199b0c0-0000-7000-8000-${String(n).padStart(12, '0')}`)!;

class StoodClock extends Clock {
  now(): Date {
    return new Date(1_000_000);
  }
}

/** Sessions of a service, kept in memory. */
class MemorySessions extends AppSessions implements LivingSessions {
  readonly living: Set<Sid>;

  constructor(count: number) {
    super();
    this.living = new Set(Array.from({ length: count }, (_, n) => sidOf(n)));
  }

  open(): Promise<AppSession> {
    return Promise.reject(new Error('nobody opens one here'));
  }

  applyEnded({ sid }: SessionEnded): Promise<number> {
    return Promise.resolve(sid !== undefined && this.living.delete(sid) ? 1 : 0);
  }

  removeExpired(): Promise<number> {
    return Promise.resolve(0);
  }

  after(_iss: string, after: Sid | undefined, limit: number): Promise<readonly Sid[]> {
    return Promise.resolve([...this.living].filter((sid) => after === undefined || sid > after).slice(0, limit));
  }
}

class MemoryOwed extends OwedRounds {
  due: Date | undefined;

  owed(): Promise<Date | undefined> {
    return Promise.resolve(this.due);
  }

  owe(due: Date): Promise<void> {
    this.due = due;
    return Promise.resolve();
  }

  paid(): Promise<void> {
    this.due = undefined;
    return Promise.resolve();
  }
}

/** A hub that knows what has ended, and may be made to fail. */
class Hub {
  readonly ended = new Set<Sid>();
  readonly asked: string[] = [];
  faults: unknown[] = [];

  readonly ask: Ask = (subject, json) => {
    const { sids } = decodeEndedQuestion(json);
    this.asked.push(`${subject} ${sids[0]} ${sids.length}`);
    if (this.faults.length > 0) {
      const fault = this.faults.shift();
      return fault instanceof Error ? Promise.reject(fault) : Promise.resolve(fault);
    }
    const events = sids.filter((sid) => this.ended.has(sid)).map(eventOf);
    return Promise.resolve(JSON.parse(JSON.stringify(encodeEndedAnswer({ kind: 'ended', events }))));
  };
}

const eventOf = (sid: Sid): SessionEnded => ({
  ...{ id: `of ${sid}`, source: 'urn:test', tenant: undefined, scope: 'session', iss: ISS, sid, sub: undefined },
  ...{ effectiveAt: new Date(5_000), detectedAt: new Date(5_000), cause: 'operator', causeId: '' },
  ...{ initiatingEntity: 'system', evidence: { method: 'asked', strength: 'strong', probes: 0 } },
});

function reconcileOf(count: number, againMs = 3_600_000) {
  const [sessions, hub, owed] = [new MemorySessions(count), new Hub(), new MemoryOwed()];
  const heard: (Sid | undefined)[] = [];
  const make = () =>
    new Reconcile({
      ...{
        service: 'notes',
        trustedIssuers: [ISS],
        sessions,
        living: sessions,
        owed,
        clock: new StoodClock(),
        againMs,
      },
      onEnded: ({ sid }) => heard.push(sid),
    });
  return { sessions, hub, owed, heard, make, signal: new AbortController() };
}

describe('a reconciliation', () => {
  it('asks about every living session, 500 at a time, and ends those that have ended', async () => {
    const { sessions, hub, heard, make, signal } = reconcileOf(1_200);
    for (const n of [0, 499, 500, 1_199]) hub.ended.add(sidOf(n));
    const reconcile = make();
    await reconcile.run(hub.ask, signal.signal);
    await reconcile.onApplicationShutdown();
    expect(hub.asked).toEqual([
      `sso.v1.ask.ended.notes ${sidOf(0)} 500`,
      `sso.v1.ask.ended.notes ${sidOf(500)} 500`,
      `sso.v1.ask.ended.notes ${sidOf(1_000)} 200`,
    ]);
    expect(sessions.living.size).toBe(1_196);
    expect(heard).toEqual([0, 499, 500, 1_199].map(sidOf));
  });

  it('asks nobody when there is no living session', async () => {
    const { hub, make, signal } = reconcileOf(0);
    const reconcile = make();
    await reconcile.run(hub.ask, signal.signal);
    await reconcile.onApplicationShutdown();
    expect(hub.asked).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['nobody answers', new Error('no responders')],
    ['it is refused', { version: 1, error: 'busy' }],
    ['the answer can’t be read', { version: 9 }],
    ['the answer is about another session', encodeEndedAnswer({ kind: 'ended', events: [eventOf(sidOf(9_999))] })],
  ])('when %s, nothing ends, and it asks again where it was', async (_name, fault) => {
    const { sessions, hub, make, signal } = reconcileOf(600);
    hub.faults = [{ version: 1, ended: [] }, fault, fault];
    const reconcile = make();
    await reconcile.run(hub.ask, signal.signal);
    await reconcile.onApplicationShutdown();
    expect(hub.asked.map((line) => line.split(' ')[1])).toEqual([sidOf(0), ...Array<Sid>(3).fill(sidOf(500))]);
    expect(sessions.living.size).toBe(600);
  });

  it('is not done when it is stopped before everything was asked about', async () => {
    const { hub, make, owed, signal } = reconcileOf(1);
    hub.faults = Array.from({ length: 100 }, () => new Error('no responders'));
    const running = make().run(hub.ask, signal.signal);
    await until('it has asked', () => (hub.asked.length > 0 ? true : undefined));
    signal.abort(new Error('stopped'));
    await expect(running).rejects.toBeDefined();
    expect(owed.due).toBeUndefined();
  });

  it('asks once more later, and finds a session that was opened meanwhile', async () => {
    const { sessions, hub, owed, make, signal } = reconcileOf(1, 50);
    const reconcile = make();
    await reconcile.run(hub.ask, signal.signal);
    signal.abort(); // a lost connection ends no second round
    sessions.living.add(sidOf(7));
    hub.ended.add(sidOf(7));
    await until('it has ended', () => (sessions.living.has(sidOf(7)) ? undefined : true));
    await until('nothing is owed', () => (owed.due === undefined ? true : undefined));
    await reconcile.onApplicationShutdown();
  });

  it('a process that died before the second round left it to the next', async () => {
    const { sessions, hub, owed, make, signal } = reconcileOf(1);
    const first = make();
    await first.run(hub.ask, signal.signal);
    await first.onApplicationShutdown();
    expect(owed.due).toBeDefined();
    owed.due = new Date(0);
    sessions.living.add(sidOf(7));
    hub.ended.add(sidOf(7));
    await make().resume(hub.ask);
    expect([sessions.living.has(sidOf(7)), owed.due]).toEqual([false, undefined]);
  });
});
