/** How far a consumer has come, as the server counts. */
export interface ConsumerProgress {
  readonly num_pending: number;
  readonly num_ack_pending: number;
  readonly ack_floor: { readonly stream_seq: number };
}

const PAUSE_MS = 50;

/** Whether a consumer has applied everything up to message `target` of its stream: applied, not only delivered. */
export function hasReached(target: number, progress: ConsumerProgress): boolean {
  return progress.ack_floor.stream_seq >= target || (progress.num_pending === 0 && progress.num_ack_pending === 0);
}

/** Watches a consumer until it has applied all that was in the stream when the watch began. */
export class CatchUp {
  private reached = false;
  private stopped = false;

  get done(): boolean {
    return this.reached;
  }

  stop(): void {
    this.stopped = true;
  }

  /** @param lastSequence the stream's newest message. Faults of either question are waited out: not knowing is not "done" */
  watch(lastSequence: () => Promise<number>, progress: () => Promise<ConsumerProgress>, onDone: () => void): void {
    void this.run(lastSequence, progress, onDone);
  }

  private async run(
    lastSequence: () => Promise<number>,
    progress: () => Promise<ConsumerProgress>,
    onDone: () => void,
  ): Promise<void> {
    let target: number | undefined;
    while (!this.reached && !this.stopped) {
      try {
        target ??= await lastSequence();
        this.reached = hasReached(target, await progress());
      } catch {
        // asked again below
      }
      if (!this.reached) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    if (this.reached && !this.stopped) onDone();
  }
}
