import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { problem } from '#http';
import { HubWatch } from './hub-watch.js';
import { Timeline } from './timeline.js';

/** Who leaves so many bytes unread is not there any more: more than all that is kept. It comes back, and is told what it missed. */
const UNREAD_LIMIT = 1_048_576;
const MOST_STREAMS = 32;
const HEARTBEAT_MS = 15_000;
const RETRY_MS = 1_000;

/** What a stream needs of Node's response. */
export type StreamResponse = Pick<ServerResponse, 'write' | 'end' | 'destroy' | 'writableLength' | 'on'>;

/**
 * Server-sent events: `start` with the name of this run, whose numbers are its own; `hub` with its state; else an entry, with
 * `<run>.<number>` for an id.
 *
 * @see {@link https://html.spec.whatwg.org/multipage/server-sent-events.html HTML} §9.2
 */
@Injectable()
export class EventStreams implements BeforeApplicationShutdown {
  private readonly run = randomUUID();
  private readonly streams = new Set<StreamResponse>();

  constructor(
    private readonly timeline: Timeline,
    private readonly watch: HubWatch,
  ) {}

  /** @throws Problem 503 when too many look already */
  expectRoom(): void {
    if (this.streams.size >= MOST_STREAMS)
      throw problem(503, 'too-many-streams', 'Too many look at the timeline', undefined, { retryAfterS: 5 });
  }

  /** @param lastEventId what the browser says that it has heard last */
  open(response: StreamResponse, lastEventId: string | undefined): void {
    const write = (text: string): void => {
      if (response.writableLength > UNREAD_LIMIT) response.destroy();
      else response.write(text);
    };
    this.streams.add(response);
    write(`retry: ${RETRY_MS}\nevent: start\ndata: ${JSON.stringify({ run: this.run })}\n\n`);
    const looker = {
      entry: (entry: { readonly id: number }) => {
        write(`id: ${this.run}.${entry.id}\ndata: ${JSON.stringify(entry)}\n\n`);
      },
      hub: (state: object) => {
        write(`event: hub\ndata: ${JSON.stringify(state)}\n\n`);
      },
    };
    const leave = [this.timeline.look(looker, this.heardOf(lastEventId)), this.watch.watch()];
    const heartbeat = setInterval(() => {
      write(':\n\n');
    }, HEARTBEAT_MS);
    response.on('close', () => {
      clearInterval(heartbeat);
      this.streams.delete(response);
      for (const end of leave) end();
    });
  }

  beforeApplicationShutdown(): void {
    for (const response of this.streams) response.end();
  }

  private heardOf(lastEventId = ''): number {
    const [run, number = ''] = lastEventId.split('.');
    return run === this.run && /^\d{1,15}$/.test(number) ? Number(number) : 0;
  }
}
