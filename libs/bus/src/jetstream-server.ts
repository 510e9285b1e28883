import { setTimeout } from 'node:timers/promises';
import {
  type ConsumerMessages,
  jetstream,
  type JetStreamClient,
  jetstreamManager,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { awaitStream, offerStream } from './await-stream.js';
import { CatchUp } from './catch-up.js';
import { closeNats } from './close-nats.js';
import { connectNats } from './connect-nats.js';
import { Deliveries, Undeliverable } from './deliveries.js';
import { beatMsOf, ensureConsumer } from './ensure-consumer.js';
import { REMAKE_PAUSE_MS, type StreamSpec } from './ensure-stream.js';
import { insist } from './insist.js';
import { JetStreamContext } from './jetstream-context.js';
import type { NatsAccess } from './nats-access.js';
import { PlaceWatch } from './place-watch.js';
import type { StreamPlaces } from './stream-place.js';

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
  /** where the service keeps up to where it has applied everything; without it, messages that the stream loses are not missed */
  readonly places?: StreamPlaces | undefined;
  /** makes good what the stream lost before it was applied; until it has resolved the service has not caught up */
  readonly onGap?: ((signal: AbortSignal) => Promise<void>) | undefined;
  /** so long a handler may be silent before the message is given to another; signs of life are sent meanwhile. Default 30 s */
  readonly ackWaitMs?: number | undefined;
  /** how often the place is looked at and kept; default 10 s */
  readonly placeEveryMs?: number | undefined;
  /** awaited before it is read how far there is to catch up: what else hears the stream has begun by then */
  readonly beforeCatchUp?: (() => Promise<unknown>) | undefined;
}

const ACK_WAIT_MS = 30_000;
const MAX_ACK_PENDING = 256;
const PLACE_EVERY_MS = 10_000;
/** What is under way may take so long to finish; then it is left to its redelivery. */
const CLOSING_MS = 5_000;

/**
 * Lets JetStream deliver to Nest's `@EventPattern` handlers: a durable pull consumer, one acknowledgement a message, and
 * that only after the handler's promise has resolved. It knows nothing of what the messages say.
 *
 * `listen` does not wait for NATS: a service starts without it, and {@link JetStreamServer.caughtUp} says when it has
 * applied all that it missed.
 */
export class JetStreamServer extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  override readonly transportId = Symbol.for('JETSTREAM');
  private progress = new CatchUp();
  private place: PlaceWatch | undefined;
  private connection: NatsConnection | undefined;
  private connecting: Promise<NatsConnection> | undefined;
  private client: JetStreamClient | undefined;
  private messages: ConsumerMessages | undefined;
  private beatMs = ACK_WAIT_MS / 3;
  private running: Promise<void> | undefined;
  private readonly closing = new AbortController();
  private readonly deliveries: Deliveries;

  constructor(private readonly options: JetStreamServerOptions) {
    super();
    const { failureOf, deadLetters, service } = options;
    const deadLetterSubject = `${deadLetters.subject}.${service}`;
    const apply = (message: JsMsg) => this.apply(message);
    this.deliveries = new Deliveries(
      { apply, failureOf, deadLetterSubject, consumer: service, maxInFlight: MAX_ACK_PENDING },
      this.logger,
    );
  }

  /**
   * Whether every event that was in the stream when this process subscribed has been applied, and none was lost, or what was
   * lost has been made good. False again while the place in the stream is lost (somebody deleted the consumer or the stream)
   * and has to be made anew.
   */
  get caughtUp(): boolean {
    return this.progress.done && (this.options.places === undefined || this.place?.isWhole === true);
  }

  listen(callback: (error?: unknown) => void): void {
    this.running = this.run();
    callback();
  }

  /** What is under way finishes, nothing new begins; then the connection is drained. */
  async close(): Promise<void> {
    this.closing.abort();
    this.progress.stop();
    this.place?.stop();
    void this.messages?.close();
    const finished = Promise.all([this.deliveries.close(), this.connection === undefined ? undefined : this.running]);
    await Promise.race([finished, setTimeout(CLOSING_MS, undefined, { ref: false })]);
    await closeNats(this.connection);
  }

  /** Gives this server's connection, made anew if the last one was closed for good. Waits for NATS. Only this server closes it. @throws Error after `close` */
  async connected(): Promise<NatsConnection> {
    if (this.isClosing()) throw new Error('the server is closed');
    if (this.connection?.isClosed() === false) return this.connection;
    const { urls, service } = this.options;
    this.connecting ??= connectNats(urls, service, this.closing.signal)
      .then((connection) => this.adopt(connection))
      .finally(() => (this.connecting = undefined));
    return this.connecting;
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

  /**
   * Asks whoever answers on `subject`, over this server's connection, and gives the answer, read as JSON.
   *
   * @throws Error when there is no connection, nobody answers in time, or the answer is no JSON
   */
  async request(subject: string, payload: unknown, timeoutMs: number): Promise<unknown> {
    if (this.connection === undefined) throw new Error('not connected');
    return (await this.connection.request(subject, JSON.stringify(payload), { timeout: timeoutMs })).json();
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
      const { messages, client } = this;
      if (messages !== undefined && client !== undefined)
        await this.deliveries.take(messages, client, this.beatMs).catch(() => undefined);
      this.progress.stop();
      this.place?.stop();
      if (this.isClosing()) return;
      this.progress = new CatchUp();
      this.place = undefined;
      this.logger.error(`bus.subscription.lost consumer=${this.options.service}; subscribing again`);
    }
  }

  private isClosing(): boolean {
    return this.closing.signal.aborted;
  }

  private async adopt(connection: NatsConnection): Promise<NatsConnection> {
    this.connection = connection;
    if (this.isClosing()) await connection.close();
    else void this.watchConnection(connection);
    return connection;
  }

  private async watchConnection(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) if (type === 'reconnect') this.place?.lookNow();
  }

  private async subscribe(): Promise<void> {
    const { stream, deadLetters, service, filterSubject, ackWaitMs = ACK_WAIT_MS } = this.options;
    const { logger } = this;
    const connection = await this.connected();
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const pauseMs = this.client === undefined ? 0 : REMAKE_PAUSE_MS;
    await awaitStream(manager, stream, { pauseMs, signal: this.closing.signal, logger });
    await offerStream(manager, deadLetters.stream, pauseMs, logger);
    const place = { stream: stream.name, durable: service, filterSubject };
    const consumer = await ensureConsumer(
      manager,
      { ...place, ackWaitMs, maxAckPending: MAX_ACK_PENDING },
      logger,
      pauseMs,
    );
    this.beatMs = beatMsOf(consumer);
    this.client = jetstream(connection);
    this.messages = await this.client.consumers
      .getConsumerFromInfo(consumer)
      .consume({ max_messages: MAX_ACK_PENDING, abort_on_missing_resource: true });
    if (this.isClosing()) this.messages.stop();
    else this.watchProgress(manager);
    logger.log(`bus.subscribed stream=${stream.name} consumer=${service}`);
  }

  private watchProgress(manager: JetStreamManager): void {
    const { stream, service, places, onGap, placeEveryMs, beforeCatchUp } = this.options;
    this.progress.watch(
      async () => {
        await beforeCatchUp?.();
        return (await manager.streams.info(stream.name)).state.last_seq;
      },
      async () => manager.consumers.info(stream.name, service),
      () => {
        this.logger.log(`bus.caught_up consumer=${service}`);
      },
    );
    this.place?.stop();
    this.place = undefined;
    if (places === undefined) return;
    const everyMs = placeEveryMs ?? PLACE_EVERY_MS;
    const goOn = () => Promise.resolve();
    const options = { stream: stream.name, consumer: service, places, onGap: onGap ?? goOn, everyMs };
    this.place = new PlaceWatch(options, this.logger);
    this.place.start(manager);
  }

  private async apply(message: JsMsg): Promise<void> {
    const data = parse(message);
    const pattern = this.options.patternOf(data);
    const handler = pattern === undefined ? null : this.getHandlerByPattern(pattern);
    if (handler === null) throw new Undeliverable();
    const result: unknown = await handler(data, new JetStreamContext([message]));
    await lastValueFrom(this.transformToObservable(result), { defaultValue: undefined });
  }
}

function parse(message: JsMsg): unknown {
  try {
    return message.json();
  } catch {
    throw new Undeliverable();
  }
}
