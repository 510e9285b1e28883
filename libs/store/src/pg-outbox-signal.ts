import { OutboxSignal } from '#session';
import { PgListener } from './pg-listener.js';

/** {@link OutboxSignal} by Postgres LISTEN/NOTIFY. */
export class PgOutboxSignal extends OutboxSignal {
  private listener: PgListener | undefined;

  constructor(private readonly url: string) {
    super();
  }

  async listen(wake: () => void): Promise<void> {
    this.listener = new PgListener(this.url, 'outbox', { heard: wake, started: wake }); // started: what was written meanwhile
    await this.listener.start();
  }

  async close(): Promise<void> {
    await this.listener?.close();
  }
}
