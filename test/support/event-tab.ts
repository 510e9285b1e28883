import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Visitor } from './visitor.js';
import { until } from './until.js';

/** One event as it came. */
export interface TabEventSeen {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A tab that reads `/bff/events`, as far as a test needs an `EventSource`: it does not come back by itself. */
export class EventTab {
  text = '';
  closed = false;
  private constructor(
    private readonly asked: ClientRequest,
    readonly response: IncomingMessage,
  ) {
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => (this.text += chunk));
    response.on('close', () => (this.closed = true));
    response.on('error', () => (this.closed = true));
  }

  /** @param at the replica that is asked, whatever the front end's own address is */
  static async open(
    visitor: Pick<Visitor, 'jar'>,
    frontEnd: string,
    options: {
      readonly at?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly method?: string;
    } = {},
  ): Promise<EventTab> {
    const { origin, host } = new URL(frontEnd);
    const cookie = await visitor.jar.getCookieString(frontEnd);
    const headers = { host, accept: 'text/event-stream', ...(cookie === '' ? {} : { cookie }), ...options.headers };
    return new Promise((resolve, reject) => {
      const asked = request(`${options.at ?? origin}/bff/events`, {
        method: options.method ?? 'GET',
        headers,
        agent: false,
      });
      asked.on('error', reject);
      asked.on('response', (response) => {
        resolve(new EventTab(asked, response));
      });
      asked.end();
    });
  }

  get status(): number {
    return this.response.statusCode ?? 0;
  }

  get events(): readonly TabEventSeen[] {
    return [...this.text.matchAll(/^event: (.+)\ndata: (.+)$/gm)].map(([, event, data]) => ({
      event: event ?? '',
      data: JSON.parse(data ?? '') as Record<string, unknown>,
    }));
  }

  /** Waits for an event of this name. */
  heard(event: string): Promise<TabEventSeen> {
    return until(`a tab hears ${event}`, () => this.events.find((seen) => seen.event === event));
  }

  /** Waits until the other side has closed the stream. */
  async over(): Promise<void> {
    await until('the stream is over', () => (this.closed ? true : undefined));
  }

  close(): void {
    this.asked.destroy();
  }
}
