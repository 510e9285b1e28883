import type { JetStreamServer } from '#bus';
import type { EndingsFeed } from './endings-feed.js';

/** What this process knows of the endings: whether it has applied those that it missed, and how long it is out of touch. */
export class SyncState {
  constructor(
    private readonly server: Pick<JetStreamServer, 'caughtUp'>,
    private readonly feed: Pick<EndingsFeed, 'trueAsOf'>,
  ) {}

  /** Whether every ending that was missed has been applied. Until then no session is believed. */
  get caughtUp(): boolean {
    return this.server.caughtUp;
  }

  /** When it was last certain that no ending is unheard of; undefined while that was never so. For metrics. */
  get trueAsOf(): Date | undefined {
    return this.feed.trueAsOf;
  }

  /** For a readiness check. @throws Error that says in plain words what is missing */
  assertCaughtUp(): Promise<void> {
    return this.caughtUp ? Promise.resolve() : Promise.reject(new Error('still applying the endings that it missed'));
  }
}
