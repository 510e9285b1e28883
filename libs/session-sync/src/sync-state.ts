import type { JetStreamServer } from '#bus';

/** Whether this process has heard of every ending that it missed. Until then no session is believed. */
export class SyncState {
  constructor(private readonly server: JetStreamServer) {}

  get caughtUp(): boolean {
    return this.server.caughtUp;
  }

  /** For a readiness check. @throws Error that says in plain words what is missing */
  assertCaughtUp(): Promise<void> {
    return this.caughtUp ? Promise.resolve() : Promise.reject(new Error('still applying the endings that it missed'));
  }
}
