import type { Clock } from '#session';

const PAUSE_MS = 5 * 60_000;
const MOST = 100;

/**
 * Remembers what was said, so that one cause is one line of the log and not one for each session. Of more than a hundred
 * causes in five minutes the others stay unsaid: an IdP that invents a new one each time fills neither memory nor log.
 */
export class SaidLately {
  /** the earliest first */
  private readonly saidAt = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Whether `what` has not been said for five minutes; from now on it has. */
  isNew(what: string): boolean {
    const now = this.clock.now().getTime();
    for (const [said, at] of this.saidAt) {
      if (Math.abs(now - at) < PAUSE_MS) break; // further away in the future: the clock was put back
      this.saidAt.delete(said);
    }
    if (this.saidAt.has(what) || this.saidAt.size >= MOST) return false;
    this.saidAt.set(what, now);
    return true;
  }
}
