/**
 * Aborts its signal after `ms`, or when `signal` does. Call `done` when what it limits is over: then nothing of it is left.
 * `AbortSignal.any` would leave a trace of each request in a `signal` that lives as long as the process (seen with Node 20).
 */
export class TimeLimit {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private over = false;

  constructor(
    ms: number,
    private readonly outer: AbortSignal | undefined,
  ) {
    this.timer = setTimeout(() => {
      this.over = true;
      this.abort();
    }, ms);
    if (outer?.aborted === true) this.abort();
    outer?.addEventListener('abort', this.abort, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Whether it was the time that aborted it. */
  get isOver(): boolean {
    return this.over;
  }

  done(): void {
    clearTimeout(this.timer);
    this.outer?.removeEventListener('abort', this.abort);
  }

  private readonly abort = (): void => {
    this.controller.abort();
  };
}
