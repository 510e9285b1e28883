/**
 * Lets the requests of one browser session through one after another. The engine reads the whole session at the start of a
 * request and writes the whole at its end, so of two at once the first one's new grant or `sid` would be lost.
 */
export class SessionQueue {
  private readonly tails = new Map<string, Promise<void>>();

  /** Runs `task` when every earlier one of `key` has settled. Other keys do not wait. */
  async run(key: string, task: () => Promise<void>): Promise<void> {
    const before = this.tails.get(key) ?? Promise.resolve();
    const mine = before.then(task, task);
    const settled = mine.catch(() => undefined);
    this.tails.set(key, settled);
    try {
      await mine;
    } finally {
      if (this.tails.get(key) === settled) this.tails.delete(key);
    }
  }
}
