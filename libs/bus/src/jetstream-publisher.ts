import { jetstream, type JetStreamClient, jetstreamManager } from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import type { OutboxRow, Publication } from '#session';
import { Logger } from '@nestjs/common';
import { closeNats } from './close-nats.js';
import { connectNats } from './connect-nats.js';
import { ensureStream, REMAKE_PAUSE_MS, type StreamSpec } from './ensure-stream.js';
import { insist } from './insist.js';
import type { NatsAccess } from './nats-access.js';
import { faultOf, isUnheard, refusalOf } from './refusal-of.js';

const ACK_TIMEOUT_MS = 5_000;
const RTT_LIMIT_MS = 1_000;
const LATE_MS = 10_000;
const STORED: Publication = { kind: 'stored' };

/** Publishes events to JetStream and holds its acknowledgement: what was acknowledged is on the broker's disk. */
export class JetStreamPublisher {
  private connection: NatsConnection | undefined;
  private client: JetStreamClient | undefined;
  private isConnected = false;
  private repairing: Promise<boolean> | undefined;
  private readonly stopping = new AbortController();
  private readonly logger = new Logger(JetStreamPublisher.name);

  constructor(
    private readonly urls: NatsAccess,
    private readonly name: string,
    private readonly stream: StreamSpec,
  ) {}

  /** Resolves once a server is there and has the stream, or on {@link stop}. Never gives up before. */
  async start(): Promise<void> {
    const late = setTimeout(() => {
      this.logger.warn('bus.waiting: no NATS at NATS_URL takes us; endings wait in the outbox');
    }, LATE_MS).unref();
    await insist('bus.start', () => this.connect(), this.stopping.signal, this.logger);
    clearTimeout(late);
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
   * Publishes one row, and says what became of it; the same row again within the stream's duplicate window is stored once.
   * An answer that does not come within 5 seconds is `unanswered`: the broker may have it or not, so publish it again.
   */
  async publish({ subject, payload, eventId }: OutboxRow): Promise<Publication> {
    if (this.client === undefined || !this.isConnected) return { kind: 'unanswered', reason: 'not_connected' };
    const messageHeaders = headers();
    messageHeaders.set('Content-Type', 'application/cloudevents+json');
    try {
      const expect = { streamName: this.stream.name };
      await this.client.publish(subject, payload, { msgID: eventId, headers: messageHeaders, expect });
      return STORED;
    } catch (error) {
      return this.failureOf(error);
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await closeNats(this.connection);
  }

  private async failureOf(error: unknown): Promise<Publication> {
    const refusal = refusalOf(error);
    if (refusal !== undefined) return { kind: 'refused', reason: refusal };
    const wasThere = await this.repair();
    if (wasThere && isUnheard(error)) return { kind: 'refused', reason: 'no_stream_for_subject' };
    return { kind: 'unanswered', reason: faultOf(error) };
  }

  /**
   * After a failed publication: a connection that is closed for good is made anew, and so is a stream that is gone. True when
   * broker and stream were there all the time.
   */
  private async repair(): Promise<boolean> {
    this.repairing ??= this.connect()
      .catch(() => false)
      .finally(() => (this.repairing = undefined));
    return this.repairing;
  }

  private async connect(): Promise<boolean> {
    if (this.connection?.isClosed() !== false) {
      this.connection = await connectNats(this.urls, this.name);
      void this.watch(this.connection);
    }
    const pauseMs = this.client === undefined ? 0 : REMAKE_PAUSE_MS;
    const wasThere = await ensureStream(await jetstreamManager(this.connection), this.stream, pauseMs);
    this.client = jetstream(this.connection, { timeout: ACK_TIMEOUT_MS });
    return wasThere;
  }

  /** While the connection is away, nothing is given to it: it would keep all of it for later. */
  private async watch(connection: NatsConnection): Promise<void> {
    this.isConnected = true;
    for await (const { type } of connection.status()) {
      if (connection !== this.connection) return;
      if (type === 'disconnect' || type === 'close') this.isConnected = false;
      if (type === 'reconnect') this.isConnected = true;
    }
  }
}
