import { reasonOf } from '#session';
import type { ConsumerMessages, JetStreamClient, JsMsg } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import type { LoggerService } from '@nestjs/common';
import { refusalOf } from './refusal-of.js';
import { settle } from './settle.js';
import { Slots } from './slots.js';

/** What a delivery needs of the server that it came to. */
export interface DeliveryOptions {
  /** resolves once the message has been applied */
  readonly apply: (message: JsMsg) => Promise<void>;
  readonly failureOf: (error: unknown) => 'poison' | 'transient';
  /** where unreadable messages go: a subject of this consumer alone */
  readonly deadLetterSubject: string;
  readonly consumer: string;
  readonly maxInFlight: number;
}

const CONFIRM_WITHIN_MS = 5_000;
const DEAD_LETTER_PAUSE_MS = 30_000;
/** A dead letter that the broker finds too large keeps so much of its beginning. */
const KEPT_BYTES = 4_096;
const LONGEST_REASON = 200;

/** Applies what a consumer delivers, at most so much at once, and tells the broker what became of each delivery. */
export class Deliveries {
  private readonly underWay = new Set<Promise<void>>();
  private readonly slots: Slots;
  private isClosing = false;

  constructor(
    private readonly options: DeliveryOptions,
    private readonly logger: LoggerService,
  ) {
    this.slots = new Slots(options.maxInFlight);
  }

  /** Takes messages until there are no more. What waits for its turn is kept ours by a sign of life each `beatMs`. */
  async take(messages: ConsumerMessages, client: JetStreamClient, beatMs: number): Promise<void> {
    for await (const message of messages) {
      const delivery = this.deliver(message, client, beatMs).finally(() => this.underWay.delete(delivery));
      this.underWay.add(delivery);
    }
  }

  /** Lets what is under way finish; what has not begun goes back to the broker at once, for another replica. */
  async close(): Promise<void> {
    this.isClosing = true;
    await Promise.all(this.underWay);
  }

  /** Never rejects. */
  private async deliver(message: JsMsg, client: JetStreamClient, beatMs: number): Promise<void> {
    const beat = setInterval(() => {
      this.tell(() => {
        message.working();
      });
    }, beatMs);
    try {
      await this.slots.run(async () => {
        if (this.isClosing)
          this.tell(() => {
            message.nak();
          });
        else await this.applyOnce(message, client);
      });
    } finally {
      clearInterval(beat);
    }
  }

  private async applyOnce(message: JsMsg, client: JetStreamClient): Promise<void> {
    try {
      await this.options.apply(message);
    } catch (error) {
      await this.settleFailure(message, client, error);
      return;
    }
    try {
      await message.ackAck({ timeout: CONFIRM_WITHIN_MS });
    } catch (error) {
      this.logger.debug?.(`bus.ack.unconfirmed seq=${message.seq} reason=${reasonOf(error)}; it may come once more`);
    }
  }

  private async settleFailure(message: JsMsg, client: JetStreamClient, error: unknown): Promise<void> {
    const failure = error instanceof Undeliverable ? 'poison' : this.options.failureOf(error);
    const attempt = message.info.deliveryCount;
    const reason = plain(reasonOf(error));
    this.logger.warn(`bus.event.failed seq=${message.seq} attempt=${attempt} kind=${failure} reason=${reason}`);
    const settlement = settle(failure, attempt);
    if (settlement.kind === 'later') {
      this.tell(() => {
        message.nak(settlement.delayMs);
      });
      return;
    }
    try {
      await this.publishDeadLetter(message, client, reason);
      message.term();
      this.logger.error(`bus.dead_letter seq=${message.seq} subject=${message.subject} reason=${reason}`);
    } catch (cause) {
      this.logger.error(`bus.dead_letter.failed seq=${message.seq} reason=${reasonOf(cause)}`);
      this.tell(() => {
        message.nak(DEAD_LETTER_PAUSE_MS);
      });
    }
  }

  private async publishDeadLetter(message: JsMsg, client: JetStreamClient, reason: string): Promise<void> {
    const { deadLetterSubject, consumer } = this.options;
    const origin = `${message.info.stream}:${message.seq}`;
    const messageHeaders = headers();
    messageHeaders.set('Dead-Letter-Reason', reason);
    messageHeaders.set('Dead-Letter-Attempts', String(message.info.deliveryCount));
    messageHeaders.set('Dead-Letter-Origin', origin);
    messageHeaders.set('Dead-Letter-Subject', message.subject);
    const publication = { headers: messageHeaders, msgID: `${consumer}:${origin}` };
    try {
      await client.publish(deadLetterSubject, message.data, publication);
    } catch (error) {
      if (!['too_large', 'jetstream_10054'].includes(refusalOf(error) ?? '')) throw error;
      messageHeaders.set('Dead-Letter-Bytes', String(message.data.length)); // the rest is in the stream that it came from
      await client.publish(deadLetterSubject, message.data.subarray(0, KEPT_BYTES), publication);
    }
  }

  /** A broker that can't be told gives the message to somebody again, which does no harm. */
  private tell(what: () => void): void {
    try {
      what();
    } catch (error) {
      this.logger.debug?.(`bus.untold reason=${reasonOf(error)}`);
    }
  }
}

/** A message that no handler of this process can be given. */
export class Undeliverable extends Error {
  constructor() {
    super('it is no message that a handler here is for');
  }
}

/** A header is one line of text. */
function plain(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_REASON);
}
