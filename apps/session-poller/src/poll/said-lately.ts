import type { Clock } from '#session';

const PAUSE_MS = 5 * 60_000;

/** Remembers what was said, so that one cause is one line of the log and not one for each session. */
export class SaidLately {
  private readonly saidAt = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Whether `what` has not been said for five minutes; from now on it has. */
  isNew(what: string): boolean {
    const now = this.clock.now().getTime();
    for (const [said, at] of this.saidAt) if (now - at >= PAUSE_MS) this.saidAt.delete(said);
    if (this.saidAt.has(what)) return false;
    this.saidAt.set(what, now);
    return true;
  }
}
