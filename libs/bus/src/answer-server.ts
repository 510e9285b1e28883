import { Logger } from '@nestjs/common';
import { reasonOf } from '#session';
import type { NatsConnection } from '@nats-io/transport-node';
import { closeNats } from './close-nats.js';
import { connectNats } from './connect-nats.js';
import { insist } from './insist.js';

/** Who answers requests, and how. */
export interface AnswerServerOptions {
  readonly urls: string;
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

  /** Does not wait for NATS. Resolves when it answers, or on {@link stop}; the connection then comes back by itself, for ever. */
  async start(): Promise<void> {
    await insist('bus.answer', () => this.subscribe(), this.stopping.signal, this.logger);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await closeNats(this.connection);
  }

  private async subscribe(): Promise<void> {
    const { urls, name, subject, answer } = this.options;
    this.connection = await connectNats(urls, name);
    if (this.stopping.signal.aborted) return closeNats(this.connection);
    this.connection.subscribe(subject, {
      queue: name,
      callback: (error, message) => {
        if (error !== null) {
          this.logger.error(`bus.answer.refused subject=${subject} reason=${reasonOf(error)}`);
          return;
        }
        void answer(jsonOf(message), message.subject)
          .then((given) => message.respond(JSON.stringify(given)))
          .catch((fault: unknown) => {
            this.logger.error(`bus.answer.failed subject=${subject} reason=${reasonOf(fault)}`);
          });
      },
    });
  }
}

function jsonOf(message: { json: () => unknown }): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}
