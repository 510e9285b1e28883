import type { Clock } from '#session';

const PAUSE_MS = 5 * 60_000;

/** Remembers what was said, so that one cause is one line of the log and not one for each session. */
export class SaidLately {
  private readonly saidAt = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Whether `what` has not been said for five minutes; from now on it has. */
  isNew(what: string): boolean {
    const now = this.clock.now().getTime();
    const before = this.saidAt.get(what);
    if (before !== undefined && now - before < PAUSE_MS) return false;
    this.saidAt.set(what, now);
    return true;
  }
}
