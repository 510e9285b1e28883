/** Ends somebody's rest early. Nobody misses a ring: who rests says how many rings they have heard of. */
export class Bell {
  private count = 0;
  private readonly resting = new Set<() => void>();

  /** How often it has rung. To be asked before looking at what the bell is about. */
  get rings(): number {
    return this.count;
  }

  /** Wakes all who rest. */
  ring(): void {
    this.count += 1;
    for (const wake of this.resting) wake();
  }

  /** Rests until the bell has rung more than `heard` times, `signal` aborts, or `ms` have passed. */
  async rest(heard: number, ms: number, signal: AbortSignal): Promise<void> {
    if (this.count !== heard || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.resting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal.addEventListener('abort', wake, { once: true });
      this.resting.add(wake);
    });
  }
}
