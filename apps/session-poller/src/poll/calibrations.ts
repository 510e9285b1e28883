import type { Calibration, Clock, IssuerHealth, Lane } from '#session';

const BELIEVED_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;

/** What is known of one way to ask one IdP: read at most once a second, and told every few seconds that it goes on. */
export class Calibrations {
  private known: { readonly calibration: Calibration; readonly until: number } | undefined;
  private toldAt = Number.NEGATIVE_INFINITY;
  private activeAt: Date | undefined;

  constructor(
    private readonly health: IssuerHealth,
    private readonly clock: Clock,
    private readonly of: { readonly lane: Lane; readonly method: string; readonly intervalMs: number },
  ) {}

  /** The latest `active` that this poller has heard. */
  get lastActiveAt(): Date | undefined {
    return this.activeAt;
  }

  async isCalibrated(): Promise<boolean> {
    const now = this.clock.now().getTime();
    if (this.known === undefined || this.known.until <= now) {
      const calibration = await this.health.calibrationOf(this.of.lane, this.of.method);
      // "not yet" is not remembered: the first sign-in is waited for
      this.known = calibration.since && { calibration, until: now + Math.min(BELIEVED_MS, this.of.intervalMs / 4) };
    }
    return this.known !== undefined;
  }

  /** It has said `active`. */
  async sawActive(at: Date): Promise<void> {
    const pauseMs = Math.min(LONGEST_PAUSE_MS, this.of.intervalMs / 4);
    this.activeAt = at;
    if (this.known !== undefined && at.getTime() - this.toldAt < pauseMs) return;
    this.toldAt = at.getTime();
    await this.health.noteActive(this.of.lane, this.of.method, at);
  }

  /** It is not believed any more, until it says `active` again. */
  async doubt(at: Date): Promise<void> {
    this.known = undefined;
    await this.health.doubt(this.of.lane, this.of.method, at);
  }
}
