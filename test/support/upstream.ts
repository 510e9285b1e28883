import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Visitor } from './visitor.js';

/** What a service answers. */
export type Answering = (request: IncomingMessage, response: ServerResponse) => void;

/** One request as a service saw it. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** A web server behind the gateway that does what a test says, and remembers what it was asked. */
export class Upstream {
  readonly received: Received[] = [];
  answer: Answering = (_request, response) => response.end('ok');

  private constructor(readonly server: Server) {}

  static async start(): Promise<Upstream> {
    const server = createServer();
    const upstream = new Upstream(server);
    server.on('request', (incoming, response) => {
      upstream.received.push(receivedOf(incoming));
      upstream.answer(incoming, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return upstream;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get last(): Received {
    const last = this.received.at(-1);
    if (last === undefined) throw new Error('the service was asked nothing');
    return last;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** Gives what a service remembers of a request. */
export function receivedOf({ method = '', url = '', headers }: IncomingMessage): Received {
  return { method, url, headers };
}

/** Opens a request of a signed-in page, its path exactly as it is written; the caller ends it. */
export async function open(
  visitor: Visitor,
  frontEnd: string,
  path: string,
  options: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<ReturnType<typeof request>> {
  const cookie = await visitor.jar.getCookieString(`${frontEnd}/`);
  const headers = { cookie, 'x-csrf': '1', ...options.headers };
  return request(frontEnd, { method: options.method ?? 'GET', path, headers });
}

/** Gives the answer's head; its body waits. */
export function headOf(outgoing: ReturnType<typeof request>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => outgoing.once('response', resolve).once('error', reject));
}

/** Asks as {@link open}, and gives the whole answer. */
export async function ask(...[visitor, frontEnd, path, options]: Parameters<typeof open>): Promise<{
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly problem: string | undefined;
}> {
  const outgoing = await open(visitor, frontEnd, path, options);
  const answered = headOf(outgoing);
  outgoing.end();
  const response = await answered;
  const body = await text(response);
  const isProblem = body !== '' && response.headers['content-type']?.startsWith('application/problem+json') === true;
  const type = isProblem ? (JSON.parse(body) as { readonly type: string }).type : undefined;
  return { status: response.statusCode ?? 0, headers: response.headers, text: body, problem: type?.split(':').at(-1) };
}

/** Sends bytes as they are, and gives all that comes back until the other side closes. */
export function exchange(socket: Socket, bytes: string): Promise<string> {
  socket.write(bytes);
  return text(socket);
}
