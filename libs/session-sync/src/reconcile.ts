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
  readonly ask: Ask;
  readonly sessions: AppSessions;
  readonly living: LivingSessions;
  readonly clock: Clock;
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

/** Where a round has come to. */
interface Progress {
  readonly startedAt: Date;
  toldAt: Date;
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
  private second: AbortController | undefined;

  constructor(private readonly options: ReconcileOptions) {}

  /**
   * Resolves when every living session has been asked about; tries for ever. A second round follows by itself 70 seconds later, for
   * sessions that were opened meanwhile by an assertion that is older than the ending.
   *
   * @param signal ends the first round; the second goes on until {@link onApplicationShutdown}
   * @throws the reason of `signal` when it was aborted before the first round was done
   */
  async run(signal: AbortSignal): Promise<void> {
    await this.round('first', signal);
    this.second?.abort();
    const second = (this.second = new AbortController());
    void this.again(AbortSignal.any([this.stopping.signal, second.signal]));
  }

  onApplicationShutdown(): void {
    this.stopping.abort();
  }

  /** Never rejects. */
  private async again(signal: AbortSignal): Promise<void> {
    try {
      await setTimeout(this.options.againMs ?? AGAIN_MS, undefined, { signal, ref: false });
      await this.round('second', signal);
    } catch {
      // stopped, or a new reconciliation has its own
    }
  }

  private async round(name: string, signal: AbortSignal): Promise<void> {
    const startedAt = this.options.clock.now();
    const progress = { startedAt, toldAt: startedAt, asked: 0, ended: 0 };
    this.logger.log(`reconcile.started round=${name}`);
    for (const iss of this.options.trustedIssuers) {
      let after: Sid | undefined;
      do after = await this.insist(() => this.step(iss, after, progress), progress, signal);
      while (after !== undefined);
    }
    this.logger.log(`reconcile.done round=${name} asked=${progress.asked} ended=${progress.ended}`);
  }

  /** Asks about the next sessions and applies the answer. Gives where to go on; undefined at the end. */
  private async step(iss: string, after: Sid | undefined, progress: Progress): Promise<Sid | undefined> {
    const { living, sessions, clock, onEnded } = this.options;
    const sids = await living.after(iss, after, MOST_ASKED, clock.now());
    if (sids.length === 0) return undefined;
    const events = await this.ask({ iss, sids });
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
  private async ask(question: EndedQuestion): Promise<readonly SessionEnded[]> {
    const subject = endedQuestionSubjectOf(this.options.service);
    const answer = decodeEndedAnswer(
      await this.options.ask(subject, encodeEndedQuestion(question), TIMEOUT_MS),
      question,
    );
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
        this.alarm(progress, pauseMs === FIRST_PAUSE_MS && progress.toldAt === progress.startedAt, error);
      }
      await setTimeout(pauseMs, undefined, { signal, ref: false });
    }
  }

  private alarm(progress: Progress, isFirst: boolean, error: unknown): void {
    const now = this.options.clock.now();
    if (!isFirst && now.getTime() - progress.toldAt.getTime() < ALARM_MS) return;
    progress.toldAt = now;
    const since = progress.startedAt.toISOString();
    this.logger.error(`reconcile.waiting asked=${progress.asked} since=${since} reason=${reasonOf(error)}`);
  }
}
