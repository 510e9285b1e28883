import {
  type AppSession,
  AppSessions,
  Clock,
  encodeSessionEnded,
  markForbids,
  markOf,
  type SessionClaim,
  type SessionEnded,
} from '#session';
import { SessionAccess } from '../../libs/session-sync/src/session-access.js';
import { SessionChannels } from '../../libs/session-sync/src/session-channels.js';
import { SessionEndings } from '../../libs/session-sync/src/session-endings.js';
import { SessionMemory } from '../../libs/session-sync/src/session-memory.js';

const STALENESS = { maxMs: 5_000, failClosedAfterMs: 900_000 };
const ISS = 'https://idp.example.com';

/** The time, in the hands of a model. */
export class ModelClock extends Clock {
  constructor(public nowMs: number) {
    super();
  }
  now(): Date {
    return new Date(this.nowMs);
  }
}

/** A store whose answers take as long as a model likes: an answer tells of the moment when it was asked for. */
class SlowReads extends AppSessions {
  gate: Promise<void> | undefined;
  constructor(private readonly store: AppSessions) {
    super();
  }
  async open(session: Omit<AppSession, 'revoked'>, now: Date): Promise<AppSession> {
    const { gate } = this;
    const row = await this.store.open(session, now);
    await gate;
    return row;
  }
  applyEnded(event: SessionEnded, now: Date): Promise<number> {
    return this.store.applyEnded(event, now);
  }
  removeExpired(): Promise<number> {
    return Promise.resolve(0);
  }
}

/** One process of a service: what it remembers and what it has heard, over the store that all share. */
export class Replica {
  /** what it has surely heard */
  readonly heard = new Set<string>();
  trueAsOf: Date | undefined;
  /** the place in the stream where its feed goes on */
  next: number;
  hears = true;
  /** what was in the stream when it started must be applied first */
  readonly target: number;
  /** when it was told that something was missed */
  toldOfGapMs = 0;
  private readonly memory = new SessionMemory();
  private readonly reads: SlowReads;
  private readonly endings: SessionEndings;
  readonly access: SessionAccess;

  constructor(
    private readonly world: World,
    private readonly clock: ModelClock,
  ) {
    this.next = world.stream.length;
    this.target = this.next;
    this.reads = new SlowReads(world.store);
    this.access = new SessionAccess({ sessions: this.reads, memory: this.memory, feed: this, sync: this, clock });
    const channels = new SessionChannels(this.memory);
    this.endings = new SessionEndings(this.memory, channels, { tell: () => undefined }, (iss) => iss === ISS, clock);
    this.touch();
  }

  get caughtUp(): boolean {
    return this.world.appliedUpTo >= this.target;
  }

  /** Delivers the next event of the feed, if there is one. */
  deliver(): void {
    const event = this.world.stream[this.next];
    if (!this.hears || event === undefined) return;
    this.next += 1;
    this.endings.message(encodeSessionEnded(event));
    this.heard.add(event.id);
    this.touch();
  }

  /** The feed says that nothing newer is there, if that is so. */
  touch(): void {
    if (this.hears && this.next >= this.world.stream.length) this.trueAsOf = this.clock.now();
  }

  /** What was not heard is lost: the feed says so when it is back, and goes on at the end. */
  lose(): void {
    this.next = this.world.stream.length;
    this.hears = true;
    this.toldOfGapMs = this.clock.nowMs;
    this.endings.gap();
    this.touch();
  }

  redeliver(event: SessionEnded | undefined): void {
    if (event === undefined) return;
    this.endings.message(encodeSessionEnded(event));
    this.heard.add(event.id);
  }

  /**
   * Whether a claim is let in, and whether memory said so at once.
   *
   * @param meanwhile happens after the database was asked and before it answers; what memory answers was said before it
   */
  async admits(claim: SessionClaim, meanwhile?: () => Promise<void>): Promise<{ admitted: boolean; atOnce: boolean }> {
    let open: () => void = () => undefined;
    if (meanwhile !== undefined)
      this.reads.gate = new Promise((resolve) => {
        open = resolve;
      });
    const answer = Promise.resolve()
      .then(() => this.access.admit(claim, STALENESS))
      .then(
        () => true,
        () => false,
      );
    let atOnce = false;
    void answer.then(() => (atOnce = true));
    await new Promise((resolve) => setImmediate(resolve)); // the database has been asked
    const wasAtOnce = atOnce;
    await meanwhile?.();
    this.reads.gate = undefined;
    open();
    return { admitted: await answer, atOnce: wasAtOnce };
  }
}

/** A service's replicas over one store, and the stream of endings. */
export class World {
  readonly stream: SessionEnded[] = [];
  readonly appliedAtMs = new Map<string, number>();
  /** how much of the stream the shared consumer has applied, without a hole */
  appliedUpTo = 0;
  readonly clock = new ModelClock(Date.parse('2026-11-22T12:00:00Z'));
  readonly claims: SessionClaim[] = [];
  replicas: Replica[];

  constructor(
    readonly store: AppSessions,
    count: number,
  ) {
    this.replicas = Array.from({ length: count }, () => new Replica(this, this.clock));
  }

  /** The shared consumer applies an event of the stream: in any order, and as often as it likes. */
  async apply(index: number): Promise<void> {
    const event = this.stream[index];
    if (event === undefined) return;
    await this.store.applyEnded(event, this.clock.now());
    if (!this.appliedAtMs.has(event.id)) this.appliedAtMs.set(event.id, this.clock.nowMs);
    while (this.appliedAtMs.has(this.stream[this.appliedUpTo]?.id ?? '')) this.appliedUpTo += 1;
  }

  /** Whether a replica answers at all: it has caught up, and has heard of endings lately enough. */
  isServing(replica: Replica): boolean {
    const isDeaf =
      replica.trueAsOf !== undefined && this.clock.nowMs - replica.trueAsOf.getTime() > STALENESS.failClosedAfterMs;
    return replica.caughtUp && !isDeaf;
  }

  restart(index: number): void {
    this.replicas[index] = new Replica(this, this.clock);
  }

  /** The endings that forbid a session. */
  endingsOf(claim: SessionClaim): readonly SessionEnded[] {
    return this.stream.filter((event) => {
      const mark = markOf(event, event.detectedAt);
      const concerned = event.scope === 'session' ? event.sid === claim.sid : event.sub === claim.sub;
      return concerned && markForbids(mark, claim.openedAt);
    });
  }

  /**
   * Says what is certain about a session in a replica: `refused` for an ending of before its start; once an ending is applied
   * and heard there; applied, and its memory can't be known to be true, or was told to forget since, or was read a minute ago;
   * `admitted` when no ending concerns it.
   */
  certainty(replica: Replica, claim: SessionClaim): 'refused' | 'admitted' | 'open' {
    const endings = this.endingsOf(claim);
    const { nowMs } = this.clock;
    const isStale = replica.trueAsOf === undefined || nowMs - replica.trueAsOf.getTime() > STALENESS.maxMs;
    const refused = endings.some((event) => {
      if (this.stream.indexOf(event) < replica.target) return true;
      const appliedAtMs = this.appliedAtMs.get(event.id);
      if (appliedAtMs === undefined) return false;
      return (
        replica.heard.has(event.id) || isStale || appliedAtMs < replica.toldOfGapMs || nowMs - appliedAtMs > 60_000
      );
    });
    if (refused) return 'refused';
    return endings.length === 0 ? 'admitted' : 'open';
  }

  /** Whether an answer that was asked for before must be a refusal: the ending was applied and heard, or forgotten, by now. */
  isOverBy(replica: Replica, claim: SessionClaim): boolean {
    return this.endingsOf(claim).some((event) => {
      const appliedAtMs = this.appliedAtMs.get(event.id);
      if (appliedAtMs === undefined) return false;
      return replica.heard.has(event.id) || appliedAtMs < replica.toldOfGapMs;
    });
  }
}
