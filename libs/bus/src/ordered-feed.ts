import { setTimeout } from 'node:timers/promises';
import { reasonOf } from '#session';
import {
  type Consumer,
  type ConsumerMessages,
  jetstream,
  jetstreamManager,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { type NatsConnection, nuid } from '@nats-io/transport-node';
import { Logger } from '@nestjs/common';
import { insist } from './insist.js';
import { beforeFirst, isContinuous, type StreamSpan, spanOf } from './stream-place.js';

/** What one process hears. */
export interface OrderedFeedOptions {
  readonly stream: string;
  readonly filterSubject: string;
  /** first part of the consumer's name in the broker */
  readonly name: string;
  /** default: the system's clock */
  readonly clock?: { now(): Date };
}

/** Who keeps something in memory by a feed. Both are called in the order of the stream, and must not wait. */
export interface FeedListener {
  /** a message, read as JSON; what is none is left out */
  message(data: unknown): void;
  /** something may have been missed: whatever is kept in memory may be wrong */
  gap(): void;
}

const LOOK_EVERY_MS = 1_000;
const ANSWER_WITHIN_MS = 2_000;
const HEARTBEAT_MS = 1_000;
/** So many looks without a step forward, while there is something to hear: the consumer is made anew. */
const PATIENCE = 3;
const INACTIVE_MS = 60_000;

/** A consumer, and the connection that it is on. */
interface Hearing {
  readonly manager: JetStreamManager;
  readonly consumer: Consumer;
  readonly messages: ConsumerMessages;
}

/**
 * Hears a stream in its order, from its end at the start on, for one process alone: an ordered ephemeral consumer, which
 * leaves nothing behind. It acknowledges nothing; what must not be lost is for a durable consumer.
 *
 * {@link OrderedFeed.trueAsOf} is evidence, never an assumption: each second the stream's leader is asked for its newest
 * message, and the moment of the question counts once everything up to that message has been heard.
 */
export class OrderedFeed {
  private readonly logger = new Logger(OrderedFeed.name);
  private readonly stopping = new AbortController();
  private readonly clock: { now(): Date };
  /** everything up to here was heard, and nothing before it was taken away unheard */
  private place: { readonly stream: string; sequence: number } | undefined;
  /** up to here was heard, with a hole after the place: messages of other subjects, or messages that were taken away */
  private heard = 0;
  /** how many the current consumer has delivered */
  private delivered = 0;
  private awaited: { readonly sequence: number; readonly askedAt: Date } | undefined;
  private hearing: Hearing | undefined;
  private running: Promise<unknown> | undefined;
  private listener: FeedListener | undefined;
  private known: Date | undefined;
  private markBegun: () => void = () => undefined;
  /** Resolves when the feed has begun: what is published from then on is heard. */
  readonly begun = new Promise<void>((resolve) => (this.markBegun = resolve));

  constructor(private readonly options: OrderedFeedOptions) {
    this.clock = options.clock ?? { now: () => new Date() };
  }

  /** Everything that was in the stream at this moment has been heard. Stands still while nobody can say so. */
  get trueAsOf(): Date | undefined {
    return this.known;
  }

  /** Begins to hear, and goes on until {@link stop}. @param source gives a connection, a new one when the last is closed for good */
  start(source: () => Promise<NatsConnection>, listener: FeedListener): void {
    this.listener = listener;
    this.running ??= Promise.all([this.run(source), this.watch()]);
  }

  /** Ends, and takes its consumer away. Closes no connection. */
  async stop(): Promise<void> {
    this.stopping.abort();
    const gone = this.hearing === undefined ? undefined : this.leave(this.hearing);
    await Promise.race([Promise.all([gone, this.running]), setTimeout(ANSWER_WITHIN_MS, undefined, { ref: false })]);
  }

  private async run(source: () => Promise<NatsConnection>): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await insist('bus.feed', () => this.begin(source), signal, this.logger);
      if (this.hearing === undefined) continue;
      const { hearing } = this;
      await this.hear(hearing.messages).catch((error: unknown) => {
        this.logger.warn(`bus.feed.lost stream=${this.options.stream} reason=${reasonOf(error)}; beginning again`);
      });
      this.hearing = undefined;
      void this.leave(hearing);
      await setTimeout(HEARTBEAT_MS / 4, undefined, { signal, ref: false }).catch(() => undefined); // a stop ends the pause
    }
  }

  private async begin(source: () => Promise<NatsConnection>): Promise<void> {
    const { stream, filterSubject, name } = this.options;
    const connection = await source();
    const manager = await jetstreamManager(connection, { checkAPI: false, timeout: ANSWER_WITHIN_MS });
    const sequence = this.takePlace(spanOf(await manager.streams.info(stream)));
    const consumer = await jetstream(connection).consumers.get(stream, {
      name_prefix: `${name}-${nuid.next()}`,
      filter_subjects: filterSubject,
      opt_start_seq: sequence + 1,
      inactive_threshold: INACTIVE_MS,
    });
    this.heard = sequence;
    this.delivered = 0;
    this.awaited = undefined;
    const messages = await consumer.consume({ idle_heartbeat: HEARTBEAT_MS, abort_on_missing_resource: true });
    this.hearing = { manager, consumer, messages };
    if (this.stopping.signal.aborted) messages.stop();
    void this.hearHeartbeats(messages);
    this.markBegun();
    this.logger.log(`bus.feed.begun stream=${stream} after=${sequence}`);
  }

  /** Gives the sequence after which the feed goes on: the stream's end at the start, the oldest message after a gap. */
  private takePlace(span: StreamSpan): number {
    this.place ??= { stream: span.stream, sequence: span.last };
    if (!isContinuous(this.place, span)) {
      const next = beforeFirst(span);
      this.logger.error(`bus.feed.gap stream=${this.options.stream} from=${this.place.sequence} to=${next}`);
      this.tell(() => this.listener?.gap());
      this.place = { stream: span.stream, sequence: next };
    }
    return this.place.sequence;
  }

  private async hear(messages: ConsumerMessages): Promise<void> {
    for await (const message of messages) {
      if (this.stopping.signal.aborted) return;
      const read = readJson(message);
      if (read !== undefined && !this.tell(() => this.listener?.message(read.data)))
        this.tell(() => this.listener?.gap());
      this.delivered = message.info.deliverySequence;
      this.heard = Math.max(this.heard, message.seq);
      if (message.seq === (this.place?.sequence ?? 0) + 1) this.advance(message.seq);
    }
  }

  /** A heartbeat says how far the consumer has looked, past messages of other subjects. One that counts otherwise says nothing. */
  private async hearHeartbeats(messages: ConsumerMessages): Promise<void> {
    for await (const told of messages.status()) {
      if (messages !== this.hearing?.messages) return;
      if (told.type === 'heartbeat' && told.lastConsumerSequence === this.delivered)
        this.heard = Math.max(this.heard, told.lastStreamSequence);
    }
  }

  private advance(sequence: number): void {
    if (this.place === undefined || sequence <= this.place.sequence) return;
    this.place.sequence = sequence;
    if (this.awaited === undefined || sequence < this.awaited.sequence) return;
    this.known = this.awaited.askedAt;
    this.awaited = undefined;
  }

  /** Asks the stream's leader once a second. Never rejects. */
  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    let [idle, before] = [0, -1];
    while (!signal.aborted) {
      await setTimeout(LOOK_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined); // a stop ends the pause
      const { hearing } = this;
      if (hearing === undefined || signal.aborted) continue;
      const isWhole = await this.look(hearing).catch(() => undefined); // not known: `trueAsOf` stands still
      const sequence = this.place?.sequence ?? 0;
      idle = isWhole !== undefined && this.awaited !== undefined && sequence === before ? idle + 1 : 0;
      before = sequence;
      if (isWhole !== false && idle < PATIENCE) continue;
      idle = 0;
      hearing.messages.stop(); // whoever hears begins again
    }
  }

  /**
   * False when the stream is not the one that is heard, was put back in time, or has lost something that was not heard. A hole
   * before the question is none when the stream goes back to it: what it lacks was of other subjects.
   */
  private async look({ manager }: Hearing): Promise<boolean> {
    const { place, heard } = this;
    if (place === undefined) return true;
    const { sequence } = place;
    const askedAt = this.clock.now();
    const span = spanOf(await manager.streams.info(this.options.stream));
    if (place !== this.place) return true;
    if (!isContinuous({ stream: place.stream, sequence }, span)) return false;
    this.advance(heard);
    if (place.sequence >= span.last) {
      this.known = askedAt;
      this.awaited = undefined;
    } else this.awaited ??= { sequence: span.last, askedAt };
    return true;
  }

  private async leave({ consumer, messages }: Hearing): Promise<void> {
    messages.stop();
    await consumer.delete().catch(() => undefined); // the broker takes it away by itself when nobody asks for its messages
  }

  private tell(what: () => void): boolean {
    try {
      what();
      return true;
    } catch (error) {
      this.logger.error(`bus.feed.listener_failed stream=${this.options.stream} reason=${reasonOf(error)}`);
      return false;
    }
  }
}

function readJson(message: JsMsg): { readonly data: unknown } | undefined {
  try {
    return { data: message.json() };
  } catch {
    return undefined;
  }
}
