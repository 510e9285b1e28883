import { jetstream, type JetStreamClient, jetstreamManager } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import type { OutboxRow } from '#session';
import { connectNats } from './connect-nats.js';
import { ensureStream, type StreamSpec } from './ensure-stream.js';

const ACK_TIMEOUT_MS = 5_000;

/** Publishes events to JetStream and holds its acknowledgement: what was acknowledged is on the broker's disk. */
export class JetStreamPublisher {
  private connection: NatsConnection | undefined;
  private client: JetStreamClient | undefined;

  constructor(
    private readonly urls: string,
    private readonly name: string,
    private readonly stream: StreamSpec,
  ) {}

  /** Resolves once a server is there and has the stream. */
  async start(): Promise<void> {
    this.connection = await connectNats(this.urls, this.name);
    await ensureStream(await jetstreamManager(this.connection), this.stream);
    this.client = jetstream(this.connection, { timeout: ACK_TIMEOUT_MS });
  }

  /** Whether a server is there now. */
  get isConnected(): boolean {
    return this.client !== undefined && this.connection?.isClosed() === false;
  }

  /**
   * Publishes one row; the same row again within the stream's duplicate window is stored once.
   *
   * @throws Error when the broker has not acknowledged within 5 seconds: it may have it or not, so publish it again
   */
  async publish(row: OutboxRow): Promise<void> {
    if (this.client === undefined) throw new Error('NATS is not connected yet');
    const messageHeaders = headers();
    messageHeaders.set('Content-Type', 'application/cloudevents+json');
    await this.client.publish(row.subject, JSON.stringify(row.payload), {
      msgID: row.eventId,
      headers: messageHeaders,
      expect: { streamName: this.stream.name },
    });
  }

  async stop(): Promise<void> {
    await this.connection?.drain().catch(() => undefined);
  }
}
