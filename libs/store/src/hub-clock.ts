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
  /** when it was answered, by the monotonic clock */
  readonly atMs: number;
}

type AskHub = () => Promise<Date>;

const EVERY_MS = 5_000;
const FIRST_EVERY_MS = 100;
/** how often the hub is asked at a time: the first question may open the connection, and is then late on one way only */
const QUESTIONS = 5;
/** after the first one: another is asked only within this time, so that nothing starts later by more than that and one answer */
const MORE_MS = 5;
/** what two clocks may drift apart in a millisecond: 1 ms in 5 s */
const DRIFT = 0.0002;
/** the hub's answer is in whole milliseconds */
const GRAIN_MS = 1;
const STEP_MS = 2_000;
/** a slower answer says too little of the time at which it was given */
const SLOWEST_MS = 4_000;
/** at the start there is nothing but the machine's own time to compare with, and that is trusted less */
const DISAGREEMENT_MS = 60_000;

/**
 * The time of the hub's database, so that all who share the hub go by one clock. It runs on by the machine's monotonic clock and
 * is compared with the database every few seconds, by the shortest of a few questions: a jump of the machine's time changes nothing. A jump of the database's
 * own time is followed, and said: {@link steadySince} moves, and what spans it must not be concluded from. Before the first
 * answer it is 1970: nothing is due, and nothing has expired.
 */
export class HubClock extends Clock {
  private readonly logger = new Logger(HubClock.name);
  private measured: Measured | undefined;
  private steady = NO_STEP;
  private timer: NodeJS.Timeout | undefined;
  private waitMs = FIRST_EVERY_MS;
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

  /**
   * Asks the hub now, again soon after it has answered (whoever starts is busy, and measures badly), and then every few
   * seconds. Resolves after the first time, whether or not it was answered.
   */
  async follow(askHub: AskHub): Promise<void> {
    await this.measure(askHub);
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.follow(askHub), this.waitMs).unref();
    if (this.measured !== undefined) this.waitMs = Math.min(EVERY_MS, 2 * this.waitMs);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Compares once. Not being answered changes nothing. */
  async measure(askHub: AskHub): Promise<void> {
    try {
      const seen = await this.shortestOf(askHub);
      if (2 * seen.doubtMs <= SLOWEST_MS) this.take(seen);
    } catch (error) {
      if (this.measured === undefined) this.sayUnknown(error);
    }
  }

  /** Only the first question must be answered. */
  private async shortestOf(askHub: AskHub): Promise<Measured> {
    let shortest = await this.ask(askHub);
    const untilMs = shortest.atMs + MORE_MS;
    for (let asked = 1; asked < QUESTIONS && this.sources.monotonicMs() < untilMs; asked++) {
      const seen = await this.ask(askHub).catch(() => shortest);
      if (seen.doubtMs < shortest.doubtMs) shortest = seen;
    }
    return shortest;
  }

  private async ask(askHub: AskHub): Promise<Measured> {
    const sentMs = this.sources.monotonicMs();
    const hubMs = (await askHub()).getTime();
    const atMs = this.sources.monotonicMs();
    const doubtMs = (atMs - sentMs) / 2;
    return { offsetMs: hubMs - sentMs - doubtMs, doubtMs, atMs };
  }

  /** Once, however often it is asked. */
  private sayUnknown(error: unknown): void {
    if (!this.saidUnknown)
      this.logger.warn(`hub.clock.unknown reason=${reasonOf(error)}: nothing is done until the hub's database answers`);
    this.saidUnknown = true;
  }

  private take(seen: Measured): void {
    const before = this.measured;
    if (before === undefined) {
      this.measured = seen;
      const aheadMs = this.now().getTime() - this.sources.wallMs();
      if (Math.abs(aheadMs) > DISAGREEMENT_MS) this.noteStep('hub.clock.disagrees', aheadMs);
      return;
    }
    const stepMs = seen.offsetMs - before.offsetMs;
    const isStep = Math.abs(stepMs) > STEP_MS + seen.doubtMs + before.doubtMs;
    if (isStep || !stands(before, seen)) this.measured = seen;
    if (isStep) this.noteStep('hub.clock.jumped', stepMs);
  }

  private noteStep(event: string, aheadMs: number): void {
    this.steady = this.now();
    this.logger.error(
      `${event} by_ms=${Math.round(aheadMs)}: for a while no session ends by the clock alone; see to the clocks`,
    );
  }
}

/** Whether an earlier answer is still better than the one just seen, and both may be right. Its doubt grows as it ages. */
function stands(before: Measured, seen: Measured): boolean {
  const doubtMs = before.doubtMs + (seen.atMs - before.atMs) * DRIFT;
  const isPossible = Math.abs(seen.offsetMs - before.offsetMs) <= doubtMs + seen.doubtMs + GRAIN_MS;
  return isPossible && doubtMs < seen.doubtMs;
}
