import { setTimeout } from 'node:timers/promises';
import { reasonOf } from '#session';
import {
  type ConsumerMessages,
  jetstream,
  type JetStreamClient,
  jetstreamManager,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { CatchUp } from './catch-up.js';
import { closeNats } from './close-nats.js';
import { connectNats } from './connect-nats.js';
import { ensureConsumer } from './ensure-consumer.js';
import { ensureStream, REMAKE_PAUSE_MS, type StreamSpec } from './ensure-stream.js';
import { insist } from './insist.js';
import { JetStreamContext } from './jetstream-context.js';
import type { NatsAccess } from './nats-access.js';
import { settle } from './settle.js';

/** A service that hears one stream. */
export interface JetStreamServerOptions {
  readonly urls: NatsAccess;
  readonly stream: StreamSpec;
  /** where unreadable messages go: `<deadLetters.subject>.<service>` */
  readonly deadLetters: { readonly stream: StreamSpec; readonly subject: string };
  readonly filterSubject: string;
  /** name of the service: all its replicas share one place in the stream */
  readonly service: string;
  /** the pattern of a message: what `@EventPattern` names; undefined when it has none */
  readonly patternOf: (message: unknown) => string | undefined;
  /** what a handler's failure means */
  readonly failureOf: (error: unknown) => 'poison' | 'transient';
}

const ACK_WAIT_MS = 30_000;
const MAX_ACK_PENDING = 256;
/** What is under way may take so long to finish; then it is left to its redelivery. */
const CLOSING_MS = 5_000;

/**
 * Lets JetStream deliver to Nest's `@EventPattern` handlers: a durable pull consumer, one acknowledgement a message, and
 * that only after the handler's promise has resolved. It knows nothing of sessions.
 *
 * `listen` does not wait for NATS: a service starts without it, and {@link JetStreamServer.caughtUp} says when it has
 * applied all that it missed.
 */
export class JetStreamServer extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  override readonly transportId = Symbol('JETSTREAM');
  private progress = new CatchUp();
  private connection: NatsConnection | undefined;
  private client: JetStreamClient | undefined;
  private messages: ConsumerMessages | undefined;
  private running: Promise<void> | undefined;
  private readonly closing = new AbortController();

  constructor(private readonly options: JetStreamServerOptions) {
    super();
  }

  /**
   * Whether every event that was in the stream when this process subscribed has been applied. False again while the place
   * in the stream is lost (somebody deleted the consumer or the stream) and has to be made anew.
   */
  get caughtUp(): boolean {
    return this.progress.done;
  }

  listen(callback: (error?: unknown) => void): void {
    this.running = this.run();
    callback();
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.progress.stop();
    await this.messages?.close();
    await Promise.race([this.running, setTimeout(CLOSING_MS, undefined, { ref: false })]);
    await closeNats(this.connection);
  }

  /**
   * Publishes over this server's connection; the same `id` again within the stream's duplicate window is stored once.
   *
   * @throws Error when there is no connection, or the broker has not acknowledged in time: it may have it or not
   */
  async publish(subject: string, payload: unknown, id: string, timeoutMs: number): Promise<void> {
    if (this.client === undefined) throw new Error('not connected');
    await this.client.publish(subject, JSON.stringify(payload), { msgID: id, timeout: timeoutMs });
  }

  on(): never {
    throw new Error('this transport has no events of its own; ask caughtUp');
  }

  unwrap(): never {
    throw new Error('this transport does not hand out its connection');
  }

  /** Subscribes, consumes, and does so again should the subscription ever end before the process does. Never rejects. */
  private async run(): Promise<void> {
    while (!this.isClosing()) {
      await insist('bus.subscribe', () => this.subscribe(), this.closing.signal, this.logger);
      if (this.messages !== undefined) await this.consume(this.messages).catch(() => undefined);
      this.progress.stop();
      if (this.isClosing()) return;
      this.progress = new CatchUp();
      this.logger.error(`bus.subscription.lost consumer=${this.options.service}; subscribing again`);
    }
  }

  private isClosing(): boolean {
    return this.closing.signal.aborted;
  }

  private async subscribe(): Promise<void> {
    const { stream, deadLetters, service, filterSubject, urls } = this.options;
    if (this.connection?.isClosed() !== false) this.connection = await connectNats(urls, service);
    const manager = await jetstreamManager(this.connection);
    const pauseMs = this.client === undefined ? 0 : REMAKE_PAUSE_MS;
    await ensureStream(manager, stream, pauseMs);
    await ensureStream(manager, deadLetters.stream, pauseMs);
    const spec = {
      stream: stream.name,
      durable: service,
      filterSubject,
      ackWaitMs: ACK_WAIT_MS,
      maxAckPending: MAX_ACK_PENDING,
    };
    await ensureConsumer(manager, spec);
    this.client = jetstream(this.connection);
    this.messages = await (
      await this.client.consumers.get(stream.name, service)
    ).consume({ max_messages: MAX_ACK_PENDING, abort_on_missing_resource: true });
    this.watchProgress(manager);
    this.logger.log(`bus.subscribed stream=${stream.name} consumer=${service}`);
  }

  private watchProgress(manager: JetStreamManager): void {
    const { stream, service } = this.options;
    this.progress.watch(
      async () => (await manager.streams.info(stream.name)).state.last_seq,
      async () => manager.consumers.info(stream.name, service),
      () => {
        this.logger.log(`bus.caught_up consumer=${service}`);
      },
    );
  }

  private async consume(messages: ConsumerMessages): Promise<void> {
    const inFlight = new Set<Promise<void>>();
    for await (const message of messages) {
      const delivery = this.deliver(message).finally(() => inFlight.delete(delivery));
      inFlight.add(delivery);
    }
    await Promise.all(inFlight);
  }

  /** Never rejects. */
  private async deliver(message: JsMsg): Promise<void> {
    const beat = setInterval(() => {
      message.working();
    }, ACK_WAIT_MS / 3);
    try {
      await this.handle(message);
      message.ack();
    } catch (error) {
      await this.settleFailure(message, error);
    } finally {
      clearInterval(beat);
    }
  }

  private async handle(message: JsMsg): Promise<void> {
    const data = parse(message);
    const pattern = this.options.patternOf(data);
    const handler = pattern === undefined ? null : this.getHandlerByPattern(pattern);
    if (handler === null) throw new Undeliverable();
    const result: unknown = await handler(data, new JetStreamContext([message]));
    await lastValueFrom(this.transformToObservable(result), { defaultValue: undefined });
  }

  private async settleFailure(message: JsMsg, error: unknown): Promise<void> {
    const failure = error instanceof Undeliverable ? 'poison' : this.options.failureOf(error);
    const attempt = message.info.deliveryCount;
    const settlement = settle(failure, attempt);
    this.logger.warn(
      `bus.event.failed seq=${message.seq} attempt=${attempt} kind=${failure} reason=${reasonOf(error)}`,
    );
    if (settlement.kind === 'later') {
      message.nak(settlement.delayMs);
      return;
    }
    try {
      await this.publishDeadLetter(message, failure, attempt);
      message.term();
    } catch (cause) {
      this.logger.error(`bus.dead_letter.failed seq=${message.seq} reason=${reasonOf(cause)}`);
      message.nak(ACK_WAIT_MS);
    }
  }

  private async publishDeadLetter(message: JsMsg, failure: string, attempt: number): Promise<void> {
    const { deadLetters, service } = this.options;
    const origin = `${message.info.stream}:${message.seq}`;
    const messageHeaders = headers();
    messageHeaders.set('Dead-Letter-Reason', failure);
    messageHeaders.set('Dead-Letter-Attempts', String(attempt));
    messageHeaders.set('Dead-Letter-Origin', origin);
    messageHeaders.set('Dead-Letter-Subject', message.subject);
    const msgID = `${service}:${origin}`;
    if (this.client === undefined) throw new Error('not connected');
    await this.client.publish(`${deadLetters.subject}.${service}`, message.data, { headers: messageHeaders, msgID });
  }
}

/** A message that no handler of this process can be given. */
class Undeliverable extends Error {
  constructor() {
    super('it is no message that a handler here is for');
  }
}

function parse(message: JsMsg): unknown {
  try {
    return message.json();
  } catch {
    throw new Undeliverable();
  }
}
