import { Logger } from '@nestjs/common';
import {
  type Clock,
  decodeEndedQuestion,
  encodeEndedAnswer,
  type EndedAnswer,
  type EndedRefusal,
  type EndedSessions,
  fullPace,
  type Pace,
  reasonOf,
  refilled,
  serviceOfQuestion,
  spent,
} from '#session';

/** Questions that one poller asks the hub's database about at once. */
const AT_ONCE = 4;
/** Questions a second that one service may have answered by one poller: with its replicas together 10,000 sessions. */
const PER_S = 20;
const MOST_SERVICES = 1_000;
const ALARM_MS = 60_000;

/**
 * Answers services' questions which of their sessions have ended. What can't be read, or is too much, is refused at once and costs
 * the hub nothing, so that a service that asks without end hinders neither the hub nor, for long, another service.
 */
export class EndedAnswers {
  private readonly logger = new Logger(EndedAnswers.name);
  private readonly paces = new Map<string, Pace>();
  private underWay = 0;
  private refusals = 0;
  private toldAt: Date | undefined;

  constructor(
    private readonly sessions: EndedSessions,
    private readonly clock: Clock,
  ) {}

  /** Never rejects. @param subject where the question came: it names the service */
  async answer(question: unknown, subject: string): Promise<Readonly<Record<string, unknown>>> {
    const service = serviceOfQuestion(subject);
    if (service === undefined) return this.refuse('invalid', subject);
    if (this.underWay >= AT_ONCE || !this.mayAsk(service)) return this.refuse('busy', service);
    this.underWay += 1;
    try {
      return encodeEndedAnswer(await this.look(question, service));
    } finally {
      this.underWay -= 1;
    }
  }

  private async look(json: unknown, service: string): Promise<EndedAnswer> {
    const question = orUndefined(() => decodeEndedQuestion(json));
    if (question === undefined) {
      this.note('invalid', service);
      return { kind: 'refused', reason: 'invalid' };
    }
    try {
      const events = await this.sessions.among(question.iss, question.sids);
      if (events.length > 0)
        this.logger.log(`ended.answered service=${service} asked=${question.sids.length} ended=${events.length}`);
      return { kind: 'ended', events };
    } catch (error) {
      this.note('unavailable', service, error);
      return { kind: 'refused', reason: 'unavailable' };
    }
  }

  /** Takes one of the service's tokens, if it has one. */
  private mayAsk(service: string): boolean {
    const now = this.clock.now();
    if (this.paces.size >= MOST_SERVICES && !this.paces.has(service)) this.paces.clear();
    const pace = refilled(this.paces.get(service) ?? fullPace(now), now, PER_S);
    if (pace.tokens < 1) return false;
    this.paces.set(service, spent(pace, 1));
    return true;
  }

  private refuse(reason: EndedRefusal, service: string): Readonly<Record<string, unknown>> {
    this.note(reason, service);
    return encodeEndedAnswer({ kind: 'refused', reason });
  }

  /** One line a minute, however many are refused. */
  private note(reason: EndedRefusal, service: string, error?: unknown): void {
    this.refusals += 1;
    const now = this.clock.now();
    if (this.toldAt !== undefined && now.getTime() - this.toldAt.getTime() < ALARM_MS) return;
    const why = error === undefined ? reason : `${reason} (${reasonOf(error)})`;
    this.logger.warn(`ended.refused service=${service} questions=${this.refusals} reason=${why}`);
    [this.toldAt, this.refusals] = [now, 0];
  }
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
