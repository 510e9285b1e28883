import { Clock } from '#session';
import { MinHeap } from './min-heap.js';

/** A clock whose hours pass in no time: it jumps from one thing that somebody waits for to the next. */
export class VirtualTime extends Clock {
  private nowMs = Date.UTC(2026, 10, 22);
  private readonly waiting = new MinHeap<() => void>();

  now(): Date {
    return new Date(this.nowMs);
  }

  /** Calls `wake` when so much time has passed. */
  after(ms: number, wake: () => void): void {
    this.waiting.push(this.nowMs + Math.max(1, Math.ceil(ms)), wake);
  }

  /** Rests as the poller's loops do. */
  readonly rest = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      if (signal.aborted) {
        wake();
        return;
      }
      signal.addEventListener('abort', wake);
      this.after(ms, wake);
    });

  /** Lets so much time pass, and all that happens in it. */
  async pass(ms: number): Promise<void> {
    const until = this.nowMs + ms;
    await settled();
    for (let next = this.waiting.least; next !== undefined && next.key <= until; next = this.waiting.least) {
      this.nowMs = next.key;
      while (this.waiting.least?.key === this.nowMs) this.waiting.pop()!();
      await settled();
    }
    this.nowMs = until;
  }
}

/** Everything that follows from what has happened has happened too. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
