import {
  type Canaries,
  type ClaimedSession,
  type Lane,
  parseSid,
  parseSub,
  ProbeQueue,
  type ProbeRecord,
  type Sid,
  type Sub,
} from '#session';
import { MinHeap } from './min-heap.js';

/** A session in memory. Times in milliseconds. */
export interface SimulatedSession {
  readonly number: number;
  dueAt: number;
  leaseId: number;
  checkedAt: number;
  weakEndedAt: number | undefined;
  unknown: { count: number; since: number } | undefined;
  asleepSince: number | undefined;
  endedAt: number | undefined;
  /** when a browser last used it, as seen at a moment */
  usedAt: (nowMs: number) => number;
}

/** The queue of due sessions, in memory: the same promises as the one in Postgres, for one poller and one lane. */
export class SimulatedHub extends ProbeQueue {
  readonly sessions: SimulatedSession[] = [];
  private readonly due = new MinHeap<SimulatedSession>();
  private leases = 0;

  constructor(private readonly startMs: number) {
    super();
  }

  open(dueAt: number, usedAt: (nowMs: number) => number): SimulatedSession {
    const session: SimulatedSession = {
      ...{ number: this.sessions.length, dueAt, leaseId: 0, checkedAt: this.startMs, usedAt },
      ...{ weakEndedAt: undefined, unknown: undefined, asleepSince: undefined, endedAt: undefined },
    };
    this.sessions.push(session);
    this.due.push(dueAt, session);
    return session;
  }

  /** Somebody comes back to a session that sleeps. */
  wake(session: SimulatedSession, nowMs: number): void {
    session.usedAt = () => nowMs;
    this.makeDue(session, nowMs);
  }

  end(claimed: ClaimedSession, nowMs: number): void {
    const session = this.held(claimed);
    if (session !== undefined) session.endedAt = nowMs;
  }

  of({ sid }: ClaimedSession): SimulatedSession {
    return this.sessions[Number.parseInt(sid.slice(-12), 16)]!;
  }

  override claim(lane: Lane, now: Date, leaseEndsAt: Date, limit: number): Promise<readonly ClaimedSession[]> {
    const claimed: ClaimedSession[] = [];
    for (let next = this.next(); next !== undefined && claimed.length < limit; next = this.next()) {
      if (next.dueAt > now.getTime()) break;
      claimed.push(this.claimed(next, lane, now, leaseEndsAt));
    }
    return Promise.resolve(claimed);
  }

  override giveBack(claimed: readonly ClaimedSession[], dueAt: Date): Promise<void> {
    for (const each of claimed) {
      const session = this.held(each);
      if (session !== undefined) this.makeDue(session, dueAt.getTime());
    }
    return Promise.resolve();
  }

  override claimThese(lane: Lane, sids: readonly Sid[], leaseEndsAt: Date): Promise<readonly ClaimedSession[]> {
    const named = this.sessions.filter((session) => sids.includes(sidOf(session)));
    return Promise.resolve(named.map((session) => this.claimed(session, lane, leaseEndsAt, leaseEndsAt)));
  }

  /** The canary is the newest that is awake. */
  readonly canaries: Canaries = {
    newest: () => {
      const newest = this.sessions.findLast(({ endedAt, asleepSince }) => (endedAt ?? asleepSince) === undefined);
      return Promise.resolve(newest ? [{ sid: sidOf(newest), sub: subOf(newest), idpSid: undefined }] : []);
    },
  };

  override record(claimed: ClaimedSession, record: ProbeRecord): Promise<boolean> {
    const session = this.held(claimed);
    if (session === undefined) return Promise.resolve(false);
    const { unknown, checkedAt, weakEndedAt } = record;
    session.weakEndedAt = weakEndedAt?.getTime();
    session.unknown = unknown && { count: unknown.count, since: session.unknown?.since ?? unknown.at.getTime() };
    if (checkedAt !== undefined) {
      session.checkedAt = checkedAt.getTime();
      session.asleepSince = undefined;
    }
    this.makeDue(session, record.dueAt.getTime());
    return Promise.resolve(true);
  }

  override sleep(claimed: ClaimedSession, now: Date, unusedSince: Date): Promise<boolean> {
    const session = this.held(claimed);
    if (session === undefined || session.usedAt(now.getTime()) > unusedSince.getTime()) return Promise.resolve(false);
    session.asleepSince ??= now.getTime();
    session.dueAt = Infinity;
    return Promise.resolve(true);
  }

  override nextDueAt(): Promise<Date | undefined> {
    const next = this.next();
    return Promise.resolve(next && new Date(next.dueAt));
  }

  private held({ sid, leaseId }: ClaimedSession): SimulatedSession | undefined {
    const session = this.sessions[Number.parseInt(sid.slice(-12), 16)];
    return session?.leaseId === Number(leaseId) && session.endedAt === undefined ? session : undefined;
  }

  private makeDue(session: SimulatedSession, dueAt: number): void {
    session.dueAt = dueAt;
    this.due.push(dueAt, session);
  }

  /** The next due one; entries of before are dropped. */
  private next(): SimulatedSession | undefined {
    for (let least = this.due.least; least !== undefined; least = this.due.least) {
      if (least.item.dueAt === least.key && least.item.endedAt === undefined) return least.item;
      this.due.pop();
    }
    return undefined;
  }

  private claimed(session: SimulatedSession, lane: Lane, now: Date, leaseEndsAt: Date): ClaimedSession {
    this.leases += 1;
    session.leaseId = this.leases;
    this.makeDue(session, leaseEndsAt.getTime());
    const at = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms));
    return {
      ...lane,
      sid: sidOf(session),
      leaseId: String(session.leaseId),
      sub: subOf(session),
      ...{ idpSid: undefined, authTime: undefined, tokens: undefined, tokenGeneration: 1 },
      openedAt: new Date(this.startMs),
      expiresAt: new Date(this.startMs + 10 * 24 * 3_600_000),
      idpCheckedAt: new Date(session.checkedAt),
      lastUsedAt: at(session.usedAt(now.getTime())),
      asleepSince: at(session.asleepSince),
      refresh: { kind: 'idle' },
      weakEndedAt: at(session.weakEndedAt),
      unknownCount: session.unknown?.count ?? 0,
      unknownReason: undefined,
      unknownSince: at(session.unknown?.since),
    };
  }
}

function sidOf({ number }: SimulatedSession): Sid {
  return parseSid(`00000000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`)!;
}

function subOf({ number }: SimulatedSession): Sub {
  return parseSub(`person-${number}`)!;
}
