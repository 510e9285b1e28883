import type { PollLoop } from './poll-loop.js';

/** One loop for each IdP: an IdP that is slow or down keeps no other from being asked. */
export class PollLoops {
  constructor(private readonly loops: readonly PollLoop[]) {}

  start(): void {
    for (const loop of this.loops) loop.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }
}
