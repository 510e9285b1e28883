import { Logger } from '@nestjs/common';
import { Clock, NO_STEP, reasonOf } from '#session';

/** What a machine has to tell time by; `main.ts` gives them. */
export interface TimeSources {
  /** milliseconds that have passed since some moment; nobody can set it */
  readonly monotonicMs: () => number;
  /** the machine's own time, which anybody can set */
  readonly wallMs: () => number;
}

interface Measured {
  /** what the hub's time is ahead of the monotonic one */
  readonly offsetMs: number;
  /** how far it may be wrong: half of the time that the question took */
  readonly doubtMs: number;
}

const EVERY_MS = 5_000;
const FIRST_EVERY_MS = 100;
const STEP_MS = 2_000;
/** a slower answer says too little of the time at which it was given */
const SLOWEST_MS = 4_000;
/** at the start there is nothing but the machine's own time to compare with, and that is trusted less */
const DISAGREEMENT_MS = 60_000;

/**
 * The time of the hub's database, so that all who share the hub go by one clock. It runs on by the machine's monotonic clock and
 * is compared with the database every few seconds: a jump of the machine's time changes nothing. A jump of the database's
 * own time is followed, and said: {@link steadySince} moves, and what spans it must not be concluded from. Before the first
 * answer it is 1970: nothing is due, and nothing has expired.
 */
export class HubClock extends Clock {
  private readonly logger = new Logger(HubClock.name);
  private measured: Measured | undefined;
  private steady = NO_STEP;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private saidUnknown = false;

  constructor(private readonly sources: TimeSources) {
    super();
  }

  now(): Date {
    return new Date(this.measured === undefined ? 0 : this.measured.offsetMs + this.sources.monotonicMs());
  }

  /** When the hub's time was last seen to jump, in its own time after that; 1970: never. */
  get steadySince(): Date {
    return this.steady;
  }

  /** Asks the hub now, and every few seconds from now on. Resolves after the first question, whether or not it was answered. */
  async follow(askHub: () => Promise<Date>): Promise<void> {
    await this.measure(askHub);
    if (this.stopped) return;
    const waitMs = this.measured === undefined ? FIRST_EVERY_MS : EVERY_MS;
    this.timer = setTimeout(() => void this.follow(askHub), waitMs).unref();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Compares once. Not being answered changes nothing. */
  async measure(askHub: () => Promise<Date>): Promise<void> {
    const sentMs = this.sources.monotonicMs();
    try {
      const hubMs = (await askHub()).getTime();
      const tookMs = this.sources.monotonicMs() - sentMs;
      if (tookMs <= SLOWEST_MS) this.take({ offsetMs: hubMs - sentMs - tookMs / 2, doubtMs: tookMs / 2 });
    } catch (error) {
      if (this.measured === undefined) this.sayUnknown(error);
    }
  }

  /** Once, however often it is asked. */
  private sayUnknown(error: unknown): void {
    if (!this.saidUnknown)
      this.logger.warn(`hub.clock.unknown reason=${reasonOf(error)}: nothing is done until the hub's database answers`);
    this.saidUnknown = true;
  }

  private take(seen: Measured): void {
    const before = this.measured;
    this.measured = seen;
    if (before === undefined) {
      const aheadMs = this.now().getTime() - this.sources.wallMs();
      if (Math.abs(aheadMs) > DISAGREEMENT_MS) this.noteStep('hub.clock.disagrees', aheadMs);
      return;
    }
    const stepMs = seen.offsetMs - before.offsetMs;
    if (Math.abs(stepMs) > STEP_MS + seen.doubtMs + before.doubtMs) this.noteStep('hub.clock.jumped', stepMs);
    else if (seen.doubtMs > 2 * before.doubtMs + 1) this.measured = { ...before, doubtMs: before.doubtMs + 1 }; // the better answer stands, for a while
  }

  private noteStep(event: string, aheadMs: number): void {
    this.steady = this.now();
    this.logger.error(
      `${event} by_ms=${Math.round(aheadMs)}: for a while no session ends by the clock alone; see to the clocks`,
    );
  }
}
