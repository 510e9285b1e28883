import { Logger } from '@nestjs/common';
import { type ClaimedSession, type Clock, type Lane, type ProbeQueue, reasonOf } from '#session';
import type { PollOnce } from './poll-once.js';
import { rest } from './rest.js';

/** How the loop works. Times in milliseconds. */
export interface PollLoopOptions {
  /** the IdP's name in logs */
  readonly name: string;
  readonly lane: Lane;
  readonly leaseMs: number;
  readonly concurrency: number;
}

const IDLE_MS = 500;
const SHORTEST_REST_MS = 20;
const AFTER_FAULT_MS = 1_000;

/**
 * Claims due sessions and polls them, so many at once. Never ends on a fault. On `stop` it claims no more, aborts what is
 * under way, and is done: what was claimed is due again for others when its lease ends.
 */
export class PollLoop {
  private readonly logger = new Logger(PollLoop.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly queue: ProbeQueue,
    /** undefined where no sound way to ask is known */
    private readonly poll: PollOnce | undefined,
    private readonly clock: Clock,
    private readonly options: PollLoopOptions,
  ) {}

  start(): void {
    if (this.poll === undefined) {
      this.logger.log(
        `poll.off idp=${this.options.name}: no sound way to ask this kind of IdP is known, only push tells; see profile in docs/front-ends.md`,
      );
      return;
    }
    this.running = this.run(this.poll);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(poll: PollOnce): Promise<void> {
    const under = new Set<Promise<void>>();
    while (!this.stopping.signal.aborted) {
      const free = this.options.concurrency - under.size;
      const claimed = free === 0 ? [] : await this.claim(free);
      for (const session of claimed) {
        const work = this.pollSafely(poll, session).finally(() => under.delete(work));
        under.add(work);
      }
      if (under.size >= this.options.concurrency) await Promise.race(under);
      else if (claimed.length === 0) await rest(await this.restMs(), this.stopping.signal);
    }
    await Promise.all(under);
  }

  private async claim(limit: number): Promise<readonly ClaimedSession[]> {
    const now = this.clock.now();
    try {
      return await this.queue.claim(this.options.lane, now, new Date(now.getTime() + this.options.leaseMs), limit);
    } catch (error) {
      this.logger.error(`poll.claim.failed reason=${reasonOf(error)}`);
      await rest(AFTER_FAULT_MS, this.stopping.signal);
      return [];
    }
  }

  private async pollSafely(poll: PollOnce, session: ClaimedSession): Promise<void> {
    try {
      await poll.run(session, this.stopping.signal);
    } catch (error) {
      this.logger.error(`poll.failed sid=${session.sid} reason=${reasonOf(error)}`);
    }
  }

  /** Until the next session is due, but no longer than half a second: a sign-in may be due before it. */
  private async restMs(): Promise<number> {
    try {
      const dueAt = await this.queue.nextDueAt(this.options.lane, this.clock.now());
      if (dueAt === undefined) return IDLE_MS;
      return Math.min(IDLE_MS, Math.max(SHORTEST_REST_MS, dueAt.getTime() - this.clock.now().getTime()));
    } catch {
      return AFTER_FAULT_MS;
    }
  }
}
