import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Clock, reasonOf, RecentlyUsed, type SessionChange, SessionSignal, type Sid, SsoSessions } from '#session';

/** So long a request waits for the IdP's word about a session that slept. */
const WAIT_MS = 2_500;
/** After a wait in vain nobody waits for that session so soon. */
const IN_VAIN_FOR_MS = 10_000;
/** While no change is heard the database is looked at so often. */
const LOOK_EVERY_MS = 250;
const REMEMBERED = 10_000;

interface Wait {
  readonly answered: Promise<void>;
  readonly tell: () => void;
}

/**
 * Has sleeping sessions asked about when they come back, by a session-poller. All requests of one session share one question and
 * one wait. Whoever asks reads the session afterwards: one that still sleeps has not been confirmed.
 */
@Injectable()
export class SleepingSessions implements OnModuleInit {
  private readonly logger = new Logger(SleepingSessions.name);
  private readonly waits = new Map<Sid, Wait>();
  /** until when nobody waits, in milliseconds since 1970, by session */
  private readonly inVain = new RecentlyUsed<number>(REMEMBERED);

  constructor(
    private readonly sessions: SsoSessions,
    private readonly signal: SessionSignal,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.signal.on((change) => {
      this.hear(change);
    });
  }

  /** Resolves when the session has been answered about, or when that takes too long. @throws when the database is away */
  async wake(sid: Sid): Promise<void> {
    const present = this.waits.get(sid);
    if (present !== undefined) return present.answered;
    const now = this.clock.now();
    if ((this.inVain.get(sid) ?? 0) > now.getTime()) return;
    const wait = this.begin(sid);
    try {
      await this.sessions.wake(sid, now);
      void this.look(sid);
    } catch (error) {
      wait.tell();
      throw error;
    }
    return wait.answered;
  }

  private begin(sid: Sid): Wait {
    let resolve: () => void = () => undefined;
    const answered = new Promise<void>((done) => (resolve = done));
    const timer = setTimeout(() => {
      this.inVain.set(sid, this.clock.now().getTime() + IN_VAIN_FOR_MS);
      tell();
    }, WAIT_MS);
    const look = setInterval(() => {
      if (!this.signal.isHeard) void this.look(sid);
    }, LOOK_EVERY_MS);
    const tell = () => {
      clearTimeout(timer);
      clearInterval(look);
      this.waits.delete(sid);
      resolve();
    };
    const wait = { answered, tell };
    this.waits.set(sid, wait);
    return wait;
  }

  /** Looks whether the answer is there: a change may be about something else, and one may have come before anybody listened. */
  private async look(sid: Sid): Promise<void> {
    try {
      const session = await this.sessions.find(sid);
      if (session?.asleepSince === undefined || session.ended !== undefined) this.waits.get(sid)?.tell();
    } catch (error) {
      this.logger.debug(`sleeping.look.failed sid=${sid} reason=${reasonOf(error)}`);
    }
  }

  private hear(change: SessionChange): void {
    if (change.kind === 'browser') return;
    if (change.kind === 'session') this.inVain.take(change.sid);
    for (const sid of change.kind === 'session' ? [change.sid] : this.waits.keys())
      if (this.waits.has(sid)) void this.look(sid);
  }
}
