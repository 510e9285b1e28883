import { setTimeout } from 'node:timers/promises';
import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import {
  type AppSessions,
  type Clock,
  decodeEndedAnswer,
  type EndedQuestion,
  encodeEndedQuestion,
  endedQuestionSubjectOf,
  type LivingSessions,
  MOST_ASKED,
  type OwedRounds,
  reasonOf,
  type SessionEnded,
  type Sid,
} from '#session';

/** Sends a question and gives the answer as JSON. Rejects when nobody answers in time. */
export type Ask = (subject: string, question: unknown, timeoutMs: number) => Promise<unknown>;

/** What a {@link Reconcile} works with. */
export interface ReconcileOptions {
  readonly service: string;
  readonly trustedIssuers: readonly string[];
  readonly sessions: AppSessions;
  readonly living: LivingSessions;
  readonly clock: Clock;
  /** keeps that a second round is owed; without it a crash before that round forgets it */
  readonly owed?: OwedRounds | undefined;
  /** told of each ending once it has been applied, as of one that came as an event */
  readonly onEnded?: (event: SessionEnded) => void;
  /** how long after the first round the second begins, in milliseconds; default 70 s: no assertion lives that long */
  readonly againMs?: number;
}

const TIMEOUT_MS = 5_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
const ALARM_MS = 60_000;
const AGAIN_MS = 70_000;

/** The sessions of an issuer that come behind one. */
interface Chunk {
  readonly iss: string;
  readonly after: Sid | undefined;
}

/** Where a round has come to. */
interface Progress {
  readonly startedAt: Date;
  toldAt: Date | undefined;
  asked: number;
  ended: number;
}

/**
 * Asks the hub which of this service's living sessions have ended, and applies what it says, when endings may have been missed. No
 * answer, and no word about a session, is not known, and never an ending.
 */
export class Reconcile implements OnApplicationShutdown {
  private readonly logger = new Logger(Reconcile.name);
  private readonly stopping = new AbortController();
  private readonly later = new Set<Promise<void>>();
  private second: AbortController | undefined;

  constructor(private readonly options: ReconcileOptions) {}

  /**
   * Resolves when every living session has been asked about; tries for ever. A second round follows by itself 70 seconds later, for
   * sessions that were opened meanwhile by an assertion that is older than the ending.
   *
   * @param ask sends its questions
   * @param signal ends the first round; the second goes on until {@link onApplicationShutdown}
   * @throws the reason of `signal` when it was aborted before the first round was done
   */
  async run(ask: Ask, signal: AbortSignal): Promise<void> {
    const { clock, owed, againMs = AGAIN_MS } = this.options;
    const progress = this.begin();
    await this.round('first', ask, progress, signal);
    const due = new Date(clock.now().getTime() + againMs);
    if (owed !== undefined) await this.insist(() => owed.owe(due), progress, signal);
    void this.keep(this.again(ask, due));
  }

  /** Does the second round that is owed from before this process began, if there is one, when it is due. Never rejects. */
  resume(ask: Ask): Promise<void> {
    return this.keep(this.takeUp(ask));
  }

  /** Asks nothing more; the step of a second round that is under way is finished first. */
  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.later);
  }

  /** Has the end of the application wait for a second round. */
  private async keep(round: Promise<void>): Promise<void> {
    this.later.add(round);
    await round;
    this.later.delete(round);
  }

  private async takeUp(ask: Ask): Promise<void> {
    const { owed } = this.options;
    if (owed === undefined) return;
    try {
      const due = await this.insist(() => owed.owed(), this.begin(), this.stopping.signal);
      if (due !== undefined && this.second === undefined) await this.again(ask, due);
    } catch {
      // stopped
    }
  }

  /** Never rejects. What it leaves undone when the process stops is still owed. */
  private async again(ask: Ask, due: Date): Promise<void> {
    this.second?.abort();
    this.second = new AbortController();
    const signal = AbortSignal.any([this.stopping.signal, this.second.signal]);
    const { clock, owed, againMs = AGAIN_MS } = this.options;
    const pauseMs = Math.min(againMs, Math.max(0, due.getTime() - clock.now().getTime()));
    try {
      await setTimeout(pauseMs, undefined, { signal, ref: false });
      const progress = this.begin();
      await this.round('second', ask, progress, signal);
      if (owed !== undefined) await this.insist(() => owed.paid(due), progress, signal);
    } catch {
      // stopped, or a new reconciliation has its own
    }
  }

  private begin(): Progress {
    const startedAt = this.options.clock.now();
    return { startedAt, toldAt: undefined, asked: 0, ended: 0 };
  }

  private async round(name: string, ask: Ask, progress: Progress, signal: AbortSignal): Promise<void> {
    this.logger.log(`reconcile.started round=${name}`);
    for (const iss of this.options.trustedIssuers) {
      let after: Sid | undefined;
      do after = await this.insist(() => this.step(ask, { iss, after }, progress), progress, signal);
      while (after !== undefined);
    }
    this.logger.log(`reconcile.done round=${name} asked=${progress.asked} ended=${progress.ended}`);
  }

  /** Asks about the next sessions and applies the answer. Gives where to go on; undefined at the end. */
  private async step(ask: Ask, { iss, after }: Chunk, progress: Progress): Promise<Sid | undefined> {
    const { living, sessions, clock, onEnded } = this.options;
    const sids = await living.after(iss, after, MOST_ASKED, clock.now());
    if (sids.length === 0) return undefined;
    const events = await this.endedOf(ask, { iss, sids });
    for (const event of events) {
      const revoked = await sessions.applyEnded(event, clock.now());
      this.logger.log(
        `session.revoked event=${event.id} scope=session sid=${event.sid ?? '-'} cause=${event.cause} sessions=${revoked}`,
      );
      onEnded?.(event);
    }
    progress.asked += sids.length;
    progress.ended += events.length;
    return sids.length < MOST_ASKED ? undefined : sids.at(-1);
  }

  /** @throws Error when there is no answer, or one that can't be believed */
  private async endedOf(ask: Ask, question: EndedQuestion): Promise<readonly SessionEnded[]> {
    const subject = endedQuestionSubjectOf(this.options.service);
    const answer = decodeEndedAnswer(await ask(subject, encodeEndedQuestion(question), TIMEOUT_MS), question);
    if (answer.kind === 'refused') throw new Error(`the hub refuses: ${answer.reason}`);
    return answer.events;
  }

  /** Tries until it succeeds, with growing pauses, and says so once a minute. @throws the reason of `signal` */
  private async insist<T>(step: () => Promise<T>, progress: Progress, signal: AbortSignal): Promise<T> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      signal.throwIfAborted();
      try {
        return await step();
      } catch (error) {
        this.alarm(progress, error);
      }
      await setTimeout(pauseMs, undefined, { signal, ref: false });
    }
  }

  private alarm(progress: Progress, error: unknown): void {
    const now = this.options.clock.now();
    if (progress.toldAt !== undefined && now.getTime() - progress.toldAt.getTime() < ALARM_MS) return;
    progress.toldAt = now;
    const since = progress.startedAt.toISOString();
    this.logger.error(`reconcile.waiting asked=${progress.asked} since=${since} reason=${reasonOf(error)}`);
  }
}
