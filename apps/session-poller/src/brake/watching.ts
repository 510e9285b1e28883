import type { BrakeWatch } from './brake-watch.js';
import type { TallyLoop } from './tally-loop.js';

/** What watches over the endings that polls find: one watch for each IdP, and the count of what all hear. */
export class Watching {
  constructor(
    private readonly tally: TallyLoop,
    private readonly watches: readonly BrakeWatch[],
  ) {}

  start(): void {
    this.tally.start();
    for (const watch of this.watches) watch.start();
  }

  /** Call it when nobody polls any more: the last counts are told then. */
  async stop(): Promise<void> {
    await Promise.all([this.tally.stop(), ...this.watches.map((watch) => watch.stop())]);
  }
}
