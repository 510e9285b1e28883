import type { JetStreamServer } from '#bus';
import type { Reconcile } from './reconcile.js';

/** The second round of questions that a process before this one left undone. It is taken up where the service begins to hear. */
export class OwedRound {
  constructor(
    private readonly reconcile: Reconcile | undefined,
    private readonly server: Pick<JetStreamServer, 'request'>,
  ) {}

  /** Waits neither for NATS nor for the database; the end of the application ends it. */
  begin(): void {
    void this.reconcile?.resume((...question) => this.server.request(...question));
  }
}
