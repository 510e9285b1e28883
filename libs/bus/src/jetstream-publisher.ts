import { jetstream, type JetStreamClient, jetstreamManager } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import type { OutboxRow } from '#session';
import { Logger } from '@nestjs/common';
import { closeNats } from './close-nats.js';
import { connectNats } from './connect-nats.js';
import { ensureStream, REMAKE_PAUSE_MS, type StreamSpec } from './ensure-stream.js';
import { insist } from './insist.js';

const ACK_TIMEOUT_MS = 5_000;
const RTT_LIMIT_MS = 1_000;

/** Publishes events to JetStream and holds its acknowledgement: what was acknowledged is on the broker's disk. */
export class JetStreamPublisher {
  private connection: NatsConnection | undefined;
  private client: JetStreamClient | undefined;
  private repairing: Promise<void> | undefined;
  private readonly stopping = new AbortController();
  private readonly logger = new Logger(JetStreamPublisher.name);

  constructor(
    private readonly urls: string,
    private readonly name: string,
    private readonly stream: StreamSpec,
  ) {}

  /** Resolves once a server is there and has the stream, or on {@link stop}. Never gives up before. */
  async start(): Promise<void> {
    await insist('bus.start', () => this.connect(), this.stopping.signal, this.logger);
  }

  /** For a health check. @throws Error while no server has taken us, or the connection is lost */
  async assertConnected(): Promise<void> {
    if (this.client === undefined || this.connection === undefined) throw new Error('not connected yet');
    const lost = AbortSignal.timeout(RTT_LIMIT_MS);
    await Promise.race([
      this.connection.rtt(),
      new Promise((_, reject) => {
        lost.addEventListener('abort', () => {
          reject(new Error('the connection is lost'));
        });
      }),
    ]);
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
    try {
      await this.client.publish(row.subject, JSON.stringify(row.payload), {
        msgID: row.eventId,
        headers: messageHeaders,
        expect: { streamName: this.stream.name },
      });
    } catch (error) {
      await this.repair();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await closeNats(this.connection);
  }

  /** After a failed publication: a connection that is closed for good is made anew, and so is a stream that is gone. */
  private async repair(): Promise<void> {
    this.repairing ??= this.connect()
      .catch(() => undefined)
      .finally(() => (this.repairing = undefined));
    await this.repairing;
  }

  private async connect(): Promise<void> {
    if (this.connection?.isClosed() !== false) this.connection = await connectNats(this.urls, this.name);
    const pauseMs = this.client === undefined ? 0 : REMAKE_PAUSE_MS;
    await ensureStream(await jetstreamManager(this.connection), this.stream, pauseMs);
    this.client = jetstream(this.connection, { timeout: ACK_TIMEOUT_MS });
  }
}
