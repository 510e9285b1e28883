import type { Clock, ProbeCount, ProbeCounts } from '#session';

const MINUTE_MS = 60_000;
type Kind = 'active' | 'ended' | 'unknown';

/** Counts answers in memory, until they are told to the other pollers. */
export class ProbeTally {
  private counts = new Map<string, ProbeCount>();

  constructor(
    private readonly told: ProbeCounts,
    private readonly clock: Clock,
  ) {}

  count(iss: string, method: string, kind: Kind): void {
    const minute = new Date(Math.floor(this.clock.now().getTime() / MINUTE_MS) * MINUTE_MS);
    const key = JSON.stringify([iss, method, minute.getTime()]);
    const known = this.counts.get(key) ?? { iss, method, minute, active: 0, ended: 0, unknown: 0 };
    this.counts.set(key, { ...known, [kind]: known[kind] + 1 });
  }

  /** Tells what was counted since the last time. When it throws, that much is lost: the brake is the stricter for it. */
  async tell(): Promise<void> {
    const counts = [...this.counts.values()];
    this.counts = new Map();
    await this.told.add(counts);
  }
}
