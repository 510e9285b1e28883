import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { JetStreamPublisher, OutboxRelay } from '#bus';
import { Watching } from './brake/watching.js';
import { CleanUpLoop } from './clean-up/clean-up-loop.js';
import { PollLoops } from './poll/poll-loops.js';

/** Starts the poller's loops and stops them in order: first no more asking, then the last events out. */
@Injectable()
export class WorkersService implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    private readonly publisher: JetStreamPublisher,
    private readonly relay: OutboxRelay,
    private readonly loops: PollLoops,
    private readonly cleanUp: CleanUpLoop,
    private readonly watching: Watching,
  ) {}

  /** Does not wait for NATS: sessions are asked about without it, and their endings wait in the outbox. */
  async onApplicationBootstrap(): Promise<void> {
    void this.publisher.start();
    await this.relay.start();
    await this.loops.start();
    this.watching.start();
    this.cleanUp.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.loops.stop(), this.cleanUp.stop()]);
    await this.watching.stop();
    await this.relay.stop();
    await this.publisher.stop();
  }
}
