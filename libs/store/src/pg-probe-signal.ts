import { ProbeSignal } from '#session';
import { PgListener } from './pg-listener.js';

/** {@link ProbeSignal} by Postgres LISTEN/NOTIFY. */
export class PgProbeSignal extends ProbeSignal {
  private listener: PgListener | undefined;

  constructor(private readonly url: string) {
    super();
  }

  async listen(wake: (iss: string | undefined) => void): Promise<void> {
    this.listener = new PgListener(this.url, 'probe_due', {
      heard: wake,
      started: () => {
        wake(undefined); // somebody may have been woken meanwhile
      },
    });
    await this.listener.start();
  }

  async close(): Promise<void> {
    await this.listener?.close();
  }
}
