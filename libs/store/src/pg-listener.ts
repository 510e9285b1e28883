import { Logger } from '@nestjs/common';
import pg from 'pg';
import { reasonOf } from '#session';

const RECONNECT_MS = 500;
const KEEP_ALIVE_MS = 3_000;
/** an answer that takes longer will not come: the connection is half open */
const ANSWER_WITHIN_MS = 2_000;

/** What a listener tells. */
export interface Listening {
  /** a notification came */
  readonly heard: (payload: string) => void;
  /** it listens from now on; what was told before, nobody heard */
  readonly started: () => void;
}

/** LISTEN on one channel of Postgres, on a connection of its own that comes back for ever. */
export class PgListener {
  private readonly logger = new Logger(PgListener.name);
  private client: pg.Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  private listens = false;
  private saidLost = false;

  constructor(
    private readonly url: string,
    private readonly channel: 'outbox' | 'session_changed' | 'probe_due',
    private readonly listening: Listening,
  ) {}

  /** Whether it listens, as far as anyone can know: a connection that has silently gone is noticed within five seconds. */
  get isListening(): boolean {
    return this.listens;
  }

  /** Resolves after the first attempt; later ones follow by themselves. */
  async start(): Promise<void> {
    if (this.closed) return;
    const client = new pg.Client({
      connectionString: this.url,
      keepAlive: true,
      connectionTimeoutMillis: ANSWER_WITHIN_MS,
      query_timeout: ANSWER_WITHIN_MS,
    });
    this.client = client;
    client.on('notification', ({ payload }) => {
      this.listening.heard(payload ?? '');
    });
    client.on('error', (error) => {
      this.lose(client, error);
    });
    client.on('end', () => {
      this.lose(client, new Error('the connection was closed'));
    });
    await this.listen(client);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.listens = false;
    clearTimeout(this.timer);
    await this.client?.end().catch(() => undefined);
  }

  private async listen(client: pg.Client): Promise<void> {
    try {
      await client.connect();
      await client.query(`LISTEN ${this.channel}`);
    } catch (error) {
      this.lose(client, error);
      return;
    }
    if (this.closed || this.client !== client) return;
    this.listens = true;
    if (this.saidLost) this.logger.log(`${this.channel}.signal.back`);
    this.saidLost = false;
    this.keepAlive(client);
    this.listening.started();
  }

  private keepAlive(client: pg.Client): void {
    this.timer = setTimeout(() => {
      client.query('SELECT 1').then(
        () => {
          if (this.client === client && !this.closed) this.keepAlive(client);
        },
        (error: unknown) => {
          this.lose(client, error);
        },
      );
    }, KEEP_ALIVE_MS);
  }

  private lose(client: pg.Client, error: unknown): void {
    if (this.closed || this.client !== client) return; // a dying connection may report more than once
    this.sayLost(error);
    this.client = undefined;
    this.listens = false;
    clearTimeout(this.timer);
    client.removeAllListeners();
    client.on('error', () => undefined);
    void client.end().catch(() => undefined);
    this.timer = setTimeout(() => {
      void this.start();
    }, RECONNECT_MS);
  }

  /** Once, however often it tries again. */
  private sayLost(error: unknown): void {
    if (!this.saidLost) this.logger.warn(`${this.channel}.signal.lost reason=${reasonOf(error)}: it is tried again`);
    this.saidLost = true;
  }
}
