import { Logger } from '@nestjs/common';
import { reasonOf } from '#session';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { closeNats } from './close-nats.js';
import { connectNats } from './connect-nats.js';
import { insist } from './insist.js';
import type { NatsAccess } from './nats-access.js';

/** Who answers requests, and how. */
export interface AnswerServerOptions {
  readonly urls: NatsAccess;
  /** name of the connection, and of the queue: each request goes to one of those with the same name */
  readonly name: string;
  readonly subject: string;
  /** Gives the answer to a request, which is undefined when it is no JSON. What it throws is logged, and nobody is answered. */
  readonly answer: (request: unknown, subject: string) => Promise<unknown>;
}

/**
 * Answers requests over core NATS: nothing is kept, and whoever gets no answer asks again. It knows nothing of sessions. How many
 * are under way at once is for `answer` to bound.
 */
export class AnswerServer {
  private readonly logger = new Logger(AnswerServer.name);
  private readonly stopping = new AbortController();
  private connection: NatsConnection | undefined;

  constructor(private readonly options: AnswerServerOptions) {}

  /** Does not wait for NATS. Resolves on {@link stop}; until then it answers, or tries to, for ever. */
  async start(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await insist('bus.answer', () => this.serve(), signal, this.logger);
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await closeNats(this.connection);
  }

  /** Resolves on {@link stop}. @throws Error when the broker ends the subscription: its permissions may have been changed */
  private async serve(): Promise<void> {
    const { urls, name, subject } = this.options;
    if (this.connection?.isClosed() !== false) this.connection = await connectNats(urls, name, this.stopping.signal);
    if (this.isStopping()) return closeNats(this.connection);
    const subscription = this.connection.subscribe(subject, {
      queue: name,
      callback: (error, message) => {
        if (error === null) void this.reply(message);
      },
    });
    const fault = await subscription.closed;
    if (!this.isStopping()) throw fault instanceof Error ? fault : new Error('the subscription is lost');
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Never rejects. Answers into inboxes only: who asks names the subject, and must not have us publish on one of ours. */
  private async reply(message: Msg): Promise<void> {
    if (message.reply?.startsWith('_INBOX') !== true) return;
    try {
      message.respond(JSON.stringify(await this.options.answer(jsonOf(message), message.subject)));
    } catch (fault) {
      this.logger.error(`bus.answer.failed subject=${this.options.subject} reason=${reasonOf(fault)}`);
    }
  }
}

function jsonOf(message: Msg): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}
