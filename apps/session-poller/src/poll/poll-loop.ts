import { setMaxListeners } from 'node:events';
import { Logger } from '@nestjs/common';
import {
  type Canaries,
  type ClaimedSession,
  type Clock,
  type Lane,
  mayFallAsleep,
  type ProbeQueue,
  reasonOf,
  type WantedCanary,
} from '#session';
import { Bell, type Rest } from './bell.js';
import type { Allowance, IdpGate } from './idp-gate.js';

/** How the loop works. Times in milliseconds. */
export interface PollLoopOptions {
  /** the IdP's name in logs */
  readonly name: string;
  readonly lane: Lane;
  readonly leaseMs: number;
  readonly concurrency: number;
  /** a session that nobody has used for so long sleeps instead of being asked about */
  readonly sleepAfterMs: number;
  /** whose newest session shows whether the IdP is back */
  readonly canary: WantedCanary;
}

/** Asks about one claimed session, and writes down what follows. */
export interface Poll {
  /** @param answered is called when the IdP has nothing more to do with it */
  run(session: ClaimedSession, signal: AbortSignal, answered: () => void): Promise<unknown>;
}

/** What the loop reads and writes. */
export interface LoopStores {
  readonly queue: ProbeQueue;
  readonly canaries: Canaries;
}

/** The time, as the loop sees it. */
export interface LoopTime {
  readonly clock: Clock;
  readonly rest: Rest;
}

const IDLE_MS = 500;
const SHORTEST_REST_MS = 20;
const AFTER_FAULT_MS = 1_000;
/** a full loop is filled up again in so many claims */
const CLAIMS_IN_TURN = 4;
/** so many times the concurrency may be claimed and not yet written down: a slow database must not be given ever more */
const UNDER_WAY = 4;
const STOP_WITHIN_MS = 5_000;

/**
 * Claims due sessions and polls them: as many at once as are permitted, as fast as the gate allows. Never ends on a fault.
 * On `stop` it claims no more and lets what is under way finish; what takes longer than 5 seconds is aborted and given
 * back to the others, due at once. What a killed poller held is due when its lease ends.
 */
export class PollLoop {
  private readonly logger = new Logger(PollLoop.name);
  private readonly aborting = new AbortController();
  /** what is claimed and not yet written down */
  private readonly under = new Map<ClaimedSession, Promise<void>>();
  /** how many of them the IdP is being asked about */
  private asking = 0;
  private readonly bell: Bell;
  private running: Promise<void> | undefined;
  private stopped = false;
  /** there may be more that is due than there was room for */
  private hungry = false;
  private canaryIsNext = true;

  constructor(
    private readonly stores: LoopStores,
    /** undefined where no sound way to ask is known */
    private readonly poll: Poll | undefined,
    private readonly gate: IdpGate,
    private readonly time: LoopTime,
    private readonly options: PollLoopOptions,
  ) {
    this.bell = new Bell(time.rest);
    setMaxListeners(0, this.aborting.signal); // one for each request under way
  }

  /** the issuer whose sessions it asks about */
  get iss(): string {
    return this.options.lane.iss;
  }

  start(): void {
    if (this.poll === undefined) {
      this.logger.log(
        `poll.off idp=${this.options.name}: no sound way to ask this kind of IdP is known, only push tells; see profile in docs/front-ends.md`,
      );
      return;
    }
    this.running = this.run(this.poll);
  }

  /** Looks for due sessions now: one has been woken. */
  wake(): void {
    this.bell.ring();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.bell.ring();
    await this.running;
  }

  private async run(poll: Poll): Promise<void> {
    while (!this.stopped) {
      const restMs = await this.step(poll);
      if (restMs > 0 && !this.isStopped()) await this.bell.wait(restMs);
    }
    await this.finish();
  }

  /** Claims what may be asked about now and begins; gives how long nothing else is to be done. */
  private async step(poll: Poll): Promise<number> {
    const allowance = this.gate.allowance(this.time.clock.now());
    if (allowance.kind === 'rest') {
      this.canaryIsNext ||= allowance.because === 'open';
      return Math.max(SHORTEST_REST_MS, Math.min(IDLE_MS, allowance.ms));
    }
    const limit = this.roomFor(allowance);
    this.hungry = true;
    if (limit === 0) return SHORTEST_REST_MS; // whoever makes enough room rings
    const claimed = await this.claim(allowance, limit);
    if (claimed === undefined) return AFTER_FAULT_MS;
    if (this.stopped || (allowance.kind === 'some' && !this.gate.isClosed)) {
      await this.giveBack(claimed);
      return 0;
    }
    this.gate.take(claimed.length);
    for (const session of claimed) this.begin(poll, session);
    this.hungry = claimed.length === limit;
    if (this.hungry) return this.hasMuchRoom ? 0 : SHORTEST_REST_MS;
    return this.untilDueMs();
  }

  /** Room for so many that they are worth a claim; what is less is claimed a little later, so that each claim brings several. */
  private get hasMuchRoom(): boolean {
    return this.room >= this.options.concurrency / CLAIMS_IN_TURN;
  }

  private get room(): number {
    const { concurrency } = this.options;
    return Math.min(concurrency - this.asking, UNDER_WAY * concurrency - this.under.size);
  }

  private roomFor(allowance: Exclude<Allowance, { kind: 'rest' }>): number {
    if (allowance.kind === 'one') return this.under.size === 0 ? 1 : 0;
    return Math.min(this.room, allowance.limit);
  }

  private async claim(allowance: Allowance, limit: number): Promise<readonly ClaimedSession[] | undefined> {
    const now = this.time.clock.now();
    const leaseEndsAt = new Date(now.getTime() + this.options.leaseMs);
    try {
      const canary = allowance.kind === 'one' && this.isCanaryNext() ? await this.canary(now, leaseEndsAt) : undefined;
      return canary ?? (await this.stores.queue.claim(this.options.lane, now, leaseEndsAt, limit));
    } catch (error) {
      this.logger.error(`poll.claim.failed idp=${this.options.name} reason=${reasonOf(error)}`);
      return undefined;
    }
  }

  /** Every second time any due session: the canary may be one that nothing can be said about. */
  private isCanaryNext(): boolean {
    const isNext = this.canaryIsNext;
    this.canaryIsNext = !isNext;
    return isNext;
  }

  private async canary(now: Date, leaseEndsAt: Date): Promise<readonly ClaimedSession[] | undefined> {
    const { lane, canary } = this.options;
    const [newest] = await this.stores.canaries.newest(lane, canary, now, 1);
    const claimed = newest && (await this.stores.queue.claimThese(lane, [newest.sid], leaseEndsAt));
    return claimed?.length === 1 ? claimed : undefined;
  }

  private begin(poll: Poll, session: ClaimedSession): void {
    this.asking += 1;
    let isAsking = true;
    const answered = () => {
      if (isAsking) this.asking -= 1;
      isAsking = false;
      if (this.hungry && this.hasMuchRoom) this.bell.ring();
    };
    const work = this.sleepOrPoll(poll, session, answered).finally(() => {
      this.under.delete(session);
      answered();
    });
    this.under.set(session, work);
  }

  private async sleepOrPoll(poll: Poll, session: ClaimedSession, answered: () => void): Promise<void> {
    try {
      if (await this.fallsAsleep(session)) this.gate.take(-1);
      else await poll.run(session, this.aborting.signal, answered);
    } catch (error) {
      this.logger.error(`poll.failed sid=${session.sid} reason=${reasonOf(error)}`);
    }
  }

  private async fallsAsleep(session: ClaimedSession): Promise<boolean> {
    const now = this.time.clock.now();
    const { sleepAfterMs } = this.options;
    if (!mayFallAsleep(session, now, sleepAfterMs)) return false;
    return this.stores.queue.sleep(session, now, new Date(now.getTime() - sleepAfterMs));
  }

  /** Until the next session is due, but no longer than half a second: a sign-in may be due before it. */
  private async untilDueMs(): Promise<number> {
    try {
      const now = this.time.clock.now();
      const dueAt = await this.stores.queue.nextDueAt(this.options.lane, now);
      if (dueAt === undefined) return IDLE_MS;
      return Math.min(IDLE_MS, Math.max(SHORTEST_REST_MS, dueAt.getTime() - now.getTime()));
    } catch {
      return AFTER_FAULT_MS;
    }
  }

  private async finish(): Promise<void> {
    const enough = new AbortController();
    const all = Promise.all(this.under.values());
    await Promise.race([all, this.time.rest(STOP_WITHIN_MS, enough.signal)]);
    enough.abort();
    const left = [...this.under.keys()];
    this.aborting.abort();
    await all;
    await this.giveBack(left);
  }

  private async giveBack(sessions: readonly ClaimedSession[]): Promise<void> {
    try {
      await this.stores.queue.giveBack(sessions, this.time.clock.now());
    } catch (error) {
      this.logger.error(`poll.give_back.failed idp=${this.options.name} reason=${reasonOf(error)}`); // due when the lease ends
    }
  }

  private isStopped(): boolean {
    return this.stopped;
  }
}
