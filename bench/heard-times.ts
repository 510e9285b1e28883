/** Milliseconds of the machine's monotonic clock: the same in all its processes. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** When one process heard of each event. */
export class HeardTimes {
  private readonly known = new Map<string, number>();
  private readonly waiting = new Map<string, (atMs: number) => void>();

  /** Notes that an event is heard now. */
  note(id: string): void {
    const atMs = machineMs();
    if (this.known.has(id)) return;
    this.known.set(id, atMs);
    this.waiting.get(id)?.(atMs);
    this.waiting.delete(id);
  }

  /** Resolves once the event was heard: {@link machineMs} of that moment. */
  when(id: string): Promise<number> {
    const atMs = this.known.get(id);
    return atMs === undefined ? new Promise((resolve) => this.waiting.set(id, resolve)) : Promise.resolve(atMs);
  }
}
