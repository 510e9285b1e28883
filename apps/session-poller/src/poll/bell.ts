/** Waits, unless or until `signal` aborts. */
export type Rest = (ms: number, signal: AbortSignal) => Promise<void>;

/** A reason of its own: without one, each ring would make an error with a stack that nobody reads. */
const RUNG = 'rung';

/** Rest that somebody may cut short. A ring while nobody rests is kept for the next rest. */
export class Bell {
  private rung = new AbortController();

  constructor(private readonly rest: Rest) {}

  ring(): void {
    this.rung.abort(RUNG);
  }

  async wait(ms: number): Promise<void> {
    if (!this.rung.signal.aborted) await this.rest(ms, this.rung.signal);
    if (this.rung.signal.aborted) this.rung = new AbortController();
  }
}
