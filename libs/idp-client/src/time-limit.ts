/**
 * Aborts when a time has passed, or with `outer`; whoever is done lifts it. `AbortSignal.timeout` would stay for the whole time after each
 * request, and `any` with it.
 */
export class TimeLimit {
  private readonly aborting = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private over = false;
  private readonly abort = (): void => {
    this.aborting.abort();
  };

  constructor(
    ms: number,
    private readonly outer?: AbortSignal,
  ) {
    this.timer = setTimeout(() => {
      this.over = true;
      this.abort();
    }, ms).unref();
    if (outer?.aborted === true) this.abort();
    outer?.addEventListener('abort', this.abort);
  }

  get signal(): AbortSignal {
    return this.aborting.signal;
  }

  /** Whether it aborted because the time had passed. */
  get isOver(): boolean {
    return this.over;
  }

  lift(): void {
    clearTimeout(this.timer);
    this.outer?.removeEventListener('abort', this.abort);
  }
}
