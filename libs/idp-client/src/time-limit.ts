/**
 * Aborts its signal after `ms`, or when `signal` does. Call `done` when what it limits is over: then nothing of it is left.
 * `AbortSignal.any` would leave a trace of each request in a `signal` that lives as long as the process (seen with Node 20).
 */
export class TimeLimit {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly followers: Set<() => void> | undefined;
  private over = false;

  constructor(ms: number, outer: AbortSignal | undefined) {
    this.timer = setTimeout(() => {
      this.over = true;
      this.abort();
    }, ms);
    if (outer?.aborted === true) this.abort();
    this.followers = outer && followersOf(outer);
    this.followers?.add(this.abort);
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
    this.followers?.delete(this.abort);
  }

  private readonly abort = (): void => {
    this.controller.abort();
  };
}

const followed = new WeakMap<AbortSignal, Set<() => void>>();

/** What is to be done when `signal` aborts. The signal has one listener for all of them: it looks through its listeners for each new one. */
function followersOf(signal: AbortSignal): Set<() => void> {
  const known = followed.get(signal);
  if (known !== undefined) return known;
  const followers = new Set<() => void>();
  followed.set(signal, followers);
  signal.addEventListener(
    'abort',
    () => {
      for (const abort of followers) abort();
    },
    { once: true },
  );
  return followers;
}
