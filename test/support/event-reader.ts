import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { until } from './until.js';

/** One event of a stream. */
export interface HeardEvent {
  readonly name: string;
  readonly id: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/** Reads server-sent events as a browser does, without coming back by itself. */
export class EventReader {
  readonly events: HeardEvent[] = [];
  private rest = '';

  private constructor(
    private readonly sent: ClientRequest,
    readonly response: IncomingMessage,
  ) {
    response.setEncoding('utf8');
    response.on('error', () => undefined);
    response.on('data', (text: string) => {
      this.rest += text;
      const blocks = this.rest.split('\n\n');
      this.rest = blocks.pop() ?? '';
      for (const block of blocks) this.hear(block);
    });
  }

  static open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventReader> {
    const { port, pathname, host } = new URL(url);
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path: pathname, headers: { host, ...headers }, agent: false });
      sent.on('error', reject);
      sent.on('response', (response) => {
        resolve(new EventReader(sent, response));
      });
      sent.end();
    });
  }

  /** The entries, without what is said of the stream itself. */
  get entries(): readonly HeardEvent[] {
    return this.events.filter(({ name }) => name === 'message');
  }

  /** Waits for an event. */
  heard(what: string, is: (event: HeardEvent) => boolean): Promise<HeardEvent> {
    return until(what, () => this.events.find(is));
  }

  close(): void {
    this.sent.destroy();
  }

  private hear(block: string): void {
    const fields = new Map(
      block.split('\n').map((line) => {
        const at = line.indexOf(':');
        return [line.slice(0, at), line.slice(at + 1).trimStart()] as const;
      }),
    );
    const content = fields.get('data');
    if (content === undefined) return;
    this.events.push({
      name: fields.get('event') ?? 'message',
      id: fields.get('id') ?? '',
      content: JSON.parse(content) as HeardEvent['content'],
    });
  }
}
