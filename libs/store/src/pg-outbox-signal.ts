import { Logger } from '@nestjs/common';
import pg from 'pg';
import { OutboxSignal, reasonOf } from '#session';

const RECONNECT_MS = 500;

/** {@link OutboxSignal} by Postgres LISTEN/NOTIFY, on a connection of its own that comes back for ever. */
export class PgOutboxSignal extends OutboxSignal {
  private readonly logger = new Logger(PgOutboxSignal.name);
  private client: pg.Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly url: string) {
    super();
  }

  async listen(wake: () => void): Promise<void> {
    if (this.closed) return;
    const client = new pg.Client({ connectionString: this.url, keepAlive: true });
    client.on('notification', wake);
    client.on('error', (error) => {
      this.reconnect(client, wake, error);
    });
    try {
      await client.connect();
      await client.query('LISTEN outbox');
      this.client = client;
      wake(); // what was written while nobody listened
    } catch (error) {
      this.reconnect(client, wake, error);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.client?.end();
  }

  private reconnect(client: pg.Client, wake: () => void, error: unknown): void {
    if (this.closed || this.timer !== undefined) return;
    this.logger.warn(`outbox.signal.lost reason=${reasonOf(error)}`);
    this.client = undefined;
    client.removeAllListeners();
    client.on('error', () => undefined); // a dying connection may report more than once
    void client.end().catch(() => undefined);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.listen(wake);
    }, RECONNECT_MS);
  }
}
