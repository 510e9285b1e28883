import type { ProbeSignal } from '#session';
import type { Fleet } from './fleet.js';
import type { PollLoop } from './poll-loop.js';
import type { SessionWatch } from './session-watch.js';

/** What the loops go by. */
export interface LoopGuides {
  readonly fleet: Fleet;
  readonly watch: SessionWatch;
  readonly signal: ProbeSignal;
}

/** One loop for each IdP: an IdP that is slow or down keeps no other from being asked. */
export class PollLoops {
  constructor(
    private readonly loops: readonly PollLoop[],
    private readonly guides: LoopGuides,
  ) {}

  async start(): Promise<void> {
    await this.guides.fleet.start();
    this.guides.watch.start();
    for (const loop of this.loops) loop.start();
    await this.guides.signal.listen((iss) => {
      for (const loop of this.loops) if (iss === undefined || loop.iss === iss) loop.wake();
    });
  }

  async stop(): Promise<void> {
    await this.guides.signal.close();
    await Promise.all([...this.loops.map((loop) => loop.stop()), this.guides.watch.stop()]);
    await this.guides.fleet.stop();
  }
}
